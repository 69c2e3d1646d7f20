// A dialogue: what a client of the assignment's own protocol sends, and what the server must answer.
//
//   file := { "> " MESSAGE | "< " MESSAGE | "> end" | "< end" | "#" comment | empty line }
//
// ">" is what the client sends, "<" what the server answers, "end" the end of that side's stream. A message is the
// bytes up to the end of its line, with the escapes of C (\n \r \t \0 \\ \x41, always two digits, \101): no byte is
// added, so that a line of text ends in \n because it says so.
//
// Decides what such a file may say. It must never know a protocol: to it, a message is bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/diagnostic.hpp"

namespace sockrig {

struct DialogueLine {
  bool from_client = false;  // ">"
  bool ends = false;         // "end": no bytes, the end of that side's stream
  std::string bytes;
  int number = 0;  // of the file, 1-based
  bool operator==(const DialogueLine&) const = default;
};

struct Dialogue {
  std::string file;  // as it was opened
  std::string text;  // of that file, whole
  std::vector<DialogueLine> lines;
};

// The largest message, the longest dialogue and the most bytes that it may move.
inline constexpr std::size_t most_message_bytes = 64 << 10, most_dialogue_lines = 1000, most_dialogue_bytes = 1 << 20;

// Pure. Nothing if there is a problem (which has been told).
std::optional<Dialogue> parse_dialogue(std::string_view text, const std::string& file, Diagnostics& problems);

std::optional<Dialogue> load_dialogue(const std::string& file, Diagnostics& problems);

// Bytes as a dialogue writes them, without quotes: "HELLO\n". At most `most` bytes, then "…".
std::string escaped(std::string_view bytes, std::size_t most = std::string_view::npos);

}  // namespace sockrig
