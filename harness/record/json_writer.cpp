#include "record/json_writer.hpp"

#include "record/utf8.hpp"

namespace sockrig {
namespace {

void append_escape(std::string& out, unsigned code) {
  constexpr char digits[] = "0123456789abcdef";
  out += "\\u00";
  out += digits[code >> 4 & 15];
  out += digits[code & 15];
}

void append_character(std::string& out, char c) {
  const auto code = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\')
    (out += '\\') += c;
  else if (c == '\n')
    out += "\\n";
  else if (code < 0x20 || code == 0x7f)
    append_escape(out, code);
  else
    out += c;
}

}  // namespace

void JsonWriter::write_text(std::string_view text) {
  out_ += '"';
  for (const char c : text) append_character(out_, c);
  out_ += '"';
}

void JsonWriter::write_bytes(std::string_view bytes) {
  if (is_utf8(bytes)) return write_text(bytes);
  out_ += "{\"latin1\":\"";
  for (const char c : bytes) {
    if (const auto code = static_cast<unsigned char>(c); code >= 0x80)
      append_escape(out_, code);
    else
      append_character(out_, c);
  }
  out_ += "\"}";
}

}  // namespace sockrig
