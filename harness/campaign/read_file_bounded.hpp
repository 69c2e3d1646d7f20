// Files that somebody may have edited, or put something else in the place of: read only if they are files, and not too
// large ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sockrig {

inline constexpr std::uintmax_t largest_file = 64 << 20;

// The whole file; "" and a problem that names it where it is none, is larger than that, or cannot be read.
std::string read_bounded(const std::string& file, std::string& problem);

// What parse(text, problem) makes of the file; nothing and a problem that names the file where it makes nothing.
template <typename T, typename Parse>
std::optional<T> read_as(const std::string& file, Parse parse, std::string& problem) {
  const std::string text = read_bounded(file, problem);
  if (!problem.empty()) return std::nullopt;
  std::optional<T> out = parse(text, problem);
  if (!out) problem = file + ": " + problem;
  return out;
}

}  // namespace sockrig
