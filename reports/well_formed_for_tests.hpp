// For the tests: a reader of XML that is strict and knows nothing but the syntax.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sockrig {

// "" or what is wrong, by the table of RFC 3629 section 4.
inline std::string trouble_with_utf8(std::string_view text) {
  const auto at = [&](std::size_t i) -> unsigned { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return at(i) >= low && at(i) <= high;
  };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned c = at(i);
    if (c < 0x80) {
      i += 1;
    } else if (c >= 0xc2 && c <= 0xdf && tail(i + 1)) {
      i += 2;
    } else if (c >= 0xe0 && c <= 0xef && tail(i + 1, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) && tail(i + 2)) {
      i += 3;
    } else if (c >= 0xf0 && c <= 0xf4 && tail(i + 1, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf) && tail(i + 2) &&
               tail(i + 3)) {
      i += 4;
    } else {
      return "not UTF-8 at byte " + std::to_string(i);
    }
  }
  return "";
}

// Text or the value of an attribute: no bare '<', '&' or "]]>", no character that XML forbids.
inline std::string trouble_with_xml_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') return "a forbidden character";
    if (c == '<' || c == '"' || text.substr(i).starts_with("]]>")) return "a bare " + std::string(1, text[i]);
    if (text.substr(i).starts_with("\xef\xbf\xbe") || text.substr(i).starts_with("\xef\xbf\xbf"))
      return "a non-character";
    if (c != '&') continue;
    const std::string_view entity = text.substr(i, text.substr(i).find(';') + 1);
    bool known = false;
    for (std::string_view e : {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#13;"}) known = known || entity == e;
    if (!known) return "an entity that is not known";
  }
  return "";
}

// The inside of a start tag: a name, then attributes, none of them twice.
inline std::string trouble_with_tag(std::string_view tag, std::string& name) {
  name = tag.substr(0, tag.find(' '));
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != name.npos) return "a bad name: " + name;
  tag.remove_prefix(name.size());
  std::vector<std::string_view> seen;
  while (!tag.empty()) {
    const std::size_t equals = tag.find("=\"");
    if (tag[0] != ' ' || equals == tag.npos) return "a bad attribute in " + name;
    const std::string_view attribute = tag.substr(1, equals - 1);
    for (std::string_view s : seen) {
      if (s == attribute) return "an attribute twice in " + name;
    }
    seen.push_back(attribute);
    const std::size_t end = tag.find('"', equals + 2);
    if (end == tag.npos) return "an open attribute in " + name;
    if (std::string t = trouble_with_xml_text(tag.substr(equals + 2, end - equals - 2)); !t.empty())
      return t + " in an attribute of " + name;
    tag.remove_prefix(end + 1);
  }
  return "";
}

// "" if it is well formed.
inline std::string trouble_with_xml(std::string_view text) {
  if (std::string t = trouble_with_utf8(text); !t.empty()) return t;
  constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  if (!text.starts_with(declaration)) return "no declaration";
  text.remove_prefix(declaration.size());
  std::vector<std::string> open;
  while (!text.empty()) {
    if (text[0] != '<') {
      const std::string_view between = text.substr(0, text.find('<'));
      if (open.empty() && between != "\n") return "text outside the root";
      // Quotes need no escape between tags, but then nothing here writes one bare.
      if (std::string t = trouble_with_xml_text(between); !t.empty())
        return t + " in the text of " + (open.empty() ? "" : open.back());
      text.remove_prefix(between.size());
      continue;
    }
    const std::size_t end = text.find('>');
    if (end == text.npos) return "a tag without an end";
    std::string_view tag = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1))
        return "an end of " + std::string(tag.substr(1)) + " that was not begun";
      open.pop_back();
      continue;
    }
    const bool empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    std::string name;
    if (std::string t = trouble_with_tag(tag, name); !t.empty()) return t;
    if (!empty) open.push_back(name);
  }
  return open.empty() ? "" : "no end of " + open.back();
}

}  // namespace sockrig
