// The pieces of a correct server that answers lines: "hello\n" by "5 HELLO\n", and after "quit\n" it ends the
// connection.
//
// Decides what is answered to one line. Where a line begins and ends is where the mistakes are.
#pragma once

#include <algorithm>
#include <cstring>

#include "server.hpp"

namespace sockrig {

// `line` without its "\n". False if the connection is to be closed.
inline bool answer_line(const Server& server, int connection, const std::string& line) {
  if (line == "quit") return false;
  std::string answer = std::to_string(line.size()) + " " + line + "\n";
  for (char& c : answer)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return server.send(connection, answer.data(), answer.size());
}

// A buffer that is never full for long: a line that does not fit is the end of the connection.
struct LineBuffer {
  char bytes[buffer_size];
  size_t have = 0;  // of them have arrived

  bool is_full() const { return have == sizeof bytes; }
  ssize_t receive(const Server& server, int connection) {
    const ssize_t n = server.receive(connection, bytes + have, sizeof bytes - have);
    if (n > 0) have += static_cast<size_t>(n);
    return n;
  }
  // Where the first line ends, or null.
  const char* first_end() const { return static_cast<const char*>(memchr(bytes, '\n', have)); }
  // The first line, which ends at `end`; it is no longer in the buffer then.
  std::string take(const char* end) {
    std::string line(bytes, static_cast<size_t>(end - bytes));
    const size_t used = std::min(have, line.size() + 1);
    std::memmove(bytes, bytes + used, have - used);
    have -= used;
    return line;
  }
};

}  // namespace sockrig
