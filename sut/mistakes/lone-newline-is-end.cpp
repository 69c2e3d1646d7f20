// Students write: n = recv(fd, line, …); if (n == 1 && line[0] == '\n') break;, for an empty line ends the session.
// Why it is wrong: what has arrived is no line. The newline of a long line may come alone, in a segment of its own.
// What happens: all is well until somebody types one character after the other.

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_what_is_there(int fd, char* buffer, size_t size) {
  pollfd more{.fd = fd, .events = POLLIN, .revents = 0};
  ssize_t have = 0, n;
  do {
    n = receive_some(fd, buffer + have, size - static_cast<size_t>(have));
    if (n > 0) have += n;
  } while (n > 0 && static_cast<size_t>(have) < size && poll(&more, 1, 0) == 1);
  return have > 0 ? have : n;
}

void echo_until_empty_line(const Server& server, int connection) {
  char line[buffer_size];
  ssize_t n;
  while ((n = server.receive(connection, line, sizeof line)) > 0) {
    if (n == 1 && line[0] == '\n') return;
    if (!server.send(connection, line, static_cast<size_t>(n))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_until_empty_line, .receive = receive_what_is_there});
}
