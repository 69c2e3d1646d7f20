#include "services.hpp"

#include <array>
#include <atomic>
#include <string>
#include <system_error>

#include "thread.hpp"

namespace sockrig {
namespace {

constexpr std::size_t buffer_size = std::size_t{16} * 1024;

// RFC 864: lines of 72 of the 95 printable characters, each beginning one character later. After 95
// lines the pattern starts again, so this is all of it.
constexpr auto pattern = [] {
  constexpr std::size_t printable = 95, width = 72;
  std::array<char, printable*(width + 2)> lines{};
  auto next = lines.begin();
  for (std::size_t line = 0; line < printable; ++line) {
    for (std::size_t column = 0; column < width; ++column)
      *next++ = static_cast<char>(' ' + (line + column) % printable);
    *next++ = '\r';
    *next++ = '\n';
  }
  return lines;
}();

}  // namespace

void echo(Socket& connection) {
  std::array<char, buffer_size> buffer;
  // Nothing is owed when the end of the stream is read: each part was sent before the next was asked for.
  while (const std::size_t count = connection.receive_some(buffer)) connection.send_all(std::span(buffer).first(count));
  connection.end_sending();
}

void discard(Socket& connection) {
  std::array<char, buffer_size> buffer;
  while (connection.receive_some(buffer) > 0) continue;
}

// Each direction has a thread: a client that does not read must not keep us from taking what it sends,
// and one that sends nothing must not keep us from sending.
void chargen(Socket& connection) {
  std::atomic<bool> client_ended = false;
  const JoiningThread reader([&] {
    try {
      discard(connection);
    } catch (const std::system_error&) {
      // The connection is broken, so that the sending side will hear of it as well.
    }
    client_ended = true;
  });
  try {
    do connection.send_all(pattern);  // At least once: a client may half-close before we begin.
    while (!client_ended);
    connection.end_sending();
  } catch (...) {
    connection.end_both();  // Or the reader would wait for a client that we have given up.
    throw;
  }
}

// A receive is not a message: it may bring a part of a line, or several. What is not a line yet is kept.
void lines(Socket& connection) {
  constexpr std::size_t longest_line = std::size_t{64} * 1024;
  std::array<char, buffer_size> buffer;
  std::string unread;
  while (const std::size_t count = connection.receive_some(buffer)) {
    std::size_t searched = unread.size(), begin = 0;
    unread.append(buffer.data(), count);
    for (std::size_t end; (end = unread.find('\n', searched)) != std::string::npos; begin = searched = end + 1) {
      std::string line = unread.substr(begin, end - begin);
      if (line == "quit") return;
      for (char& c : line)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      connection.send_all(std::to_string(line.size()) + " " + line + "\n");
    }
    unread.erase(0, begin);
    if (unread.size() > longest_line) return;
  }
}

std::optional<Service> service_named(std::string_view name) {
  if (name == "echo") return echo;
  if (name == "discard") return discard;
  if (name == "chargen") return chargen;
  if (name == "lines") return lines;
  return std::nullopt;
}

}  // namespace sockrig
