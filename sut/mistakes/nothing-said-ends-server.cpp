// Students write: if (recv(fd, request, …) == 0) { puts("no request"); exit(1); }, and a loop for what follows.
// Why it is wrong: a client may connect and think better of it; so does whoever asks if the server is there.
// What happens: one client that says nothing ends the service for all.

#include "server.hpp"

using namespace sockrig;

namespace {

void echo_request(const Server& server, int connection) {
  char buffer[buffer_size];
  ssize_t n = server.receive(connection, buffer, sizeof buffer);
  if (n == 0) _exit((std::fputs("no request\n", stderr), 1));
  for (; n > 0; n = server.receive(connection, buffer, sizeof buffer))
    if (!server.send(connection, buffer, static_cast<size_t>(n))) return;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_request});
}
