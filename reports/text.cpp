#include "reports/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace sockrig {
namespace {

struct Character {
  std::size_t size = 1;  // in bytes
  std::uint32_t code = 0;
  bool valid = false;  // else one byte that is not UTF-8
};

// The first character of a text that is not empty. Overlong forms, surrogates and what lies beyond Unicode are invalid.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {1, lead, false};
  std::uint32_t code = lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {1, lead, false};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {1, lead, false};
  return {size, code, true};
}

// C0 and C1 controls, line and paragraph separators, and marks that hide or turn what stands beside them.
bool is_treacherous(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x61c || (c >= 0xfff9 && c <= 0xfffb) || c >= 0xe0000;
}

std::string name_of_character(std::uint32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return c < 0x80 ? fmt::format("\\x{:02x}", c) : fmt::format("\\u{:04x}", c);
  }
}

// GitHub and Azure obey "##[" and "##vso[" anywhere in a line, TeamCity "##teamcity[".
bool begins_log_command(std::string_view text) {
  return text.starts_with("##[") || text.starts_with("##vso[") || text.starts_with("##teamcity[");
}

std::size_t characters_in(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(first_of(text).size);
  return count;
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_of(text);
    if (!c.valid) {
      out += fmt::format("\\x{:02x}", c.code);
    } else if (is_treacherous(c.code)) {
      out += name_of_character(c.code);
    } else if (begins_log_command(text)) {
      out += "#\\x23";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, c.size);
    }
    text.remove_prefix(c.size);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t bytes = 0;
  for (std::size_t n = 0; bytes < text.size(); ++n) {
    if (n == most) return std::string(text.substr(0, bytes)) + "…";
    bytes += first_of(text.substr(bytes)).size;
  }
  return std::string(text);
}

std::vector<std::string> shown_lines(std::string_view text, std::size_t most_lines, std::size_t most_columns) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    if (lines.size() == most_lines) {
      lines.push_back(fmt::format("… {} more bytes", text.size()));
      break;
    }
    const std::size_t end = text.find('\n');
    lines.push_back(shortened(shown(text.substr(0, end)), most_columns));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

std::string folded(std::string_view text, std::string_view indent, int width) {
  const std::size_t room =
      width > 20 + static_cast<int>(indent.size()) ? static_cast<std::size_t>(width) - indent.size() : 20;
  std::string out, line;
  std::size_t used = 0;
  const auto finish_line = [&] {
    if (used > 0) out.append(indent).append(line).append("\n");
    line.clear();
    used = 0;
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t size = characters_in(word);
    if (used > 0 && used + 1 + size > room) finish_line();
    if (!word.empty()) {
      if (used > 0) line += ' ', ++used;
      line += word;
      used += size;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  finish_line();
  return out;
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) out.append(indent).append(text.substr(begin, end - begin));
    out += '\n';
    begin = end + 1;
  }
  return out;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const Character c = first_of(text);
    const bool forbidden =
        (c.code < 0x20 && c.code != '\t' && c.code != '\n' && c.code != '\r') || (c.code & 0xfffe) == 0xfffe;
    if (!c.valid) {
      out += "\xef\xbf\xbd";  // U+FFFD
    } else if (!forbidden) {
      switch (c.code) {
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '>':
          out += "&gt;";
          break;  // else "]]>" would be malformed in text
        case '"':
          out += "&quot;";
          break;
        case '\'':
          out += "&apos;";
          break;
        case '\r':
          out += "&#13;";
          break;
        default:
          out += text.substr(0, c.size);
      }
    }
    text.remove_prefix(c.size);
  }
  return out;
}

}  // namespace sockrig
