// Students write: while ((n = recv(...)) != -1) send(fd, buffer, n, 0).
// Why it is wrong: at the end of the stream recv() returns 0, now and for ever after.
// What happens: the connection is never closed, and each client that left keeps a processor busy.

#include "server.hpp"

using namespace sockrig;

namespace {

void echo_for_ever(const Server& server, int connection) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = server.receive(connection, buffer, sizeof buffer)) != -1)
    if (!server.send(connection, buffer, static_cast<size_t>(n))) return;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_for_ever});
}
