// What a character generator sends (RFC 864).
#pragma once

#include <array>
#include <cstddef>

namespace sockrig {

// Lines of 72 of the 95 printable characters, each beginning one character later: after 95 lines it starts again.
inline constexpr auto chargen_lines = [] {
  constexpr size_t printable = 95, width = 72;
  std::array<char, printable*(width + 2)> lines{};
  size_t i = 0;
  for (size_t line = 0; line < printable; ++line) {
    for (size_t column = 0; column < width; ++column) lines[i++] = static_cast<char>(' ' + (line + column) % printable);
    lines[i++] = '\r';
    lines[i++] = '\n';
  }
  return lines;
}();

}  // namespace sockrig
