// Students write: if (recv(...) == -1) { perror("recv"); return; }, with the close() further down.
// Why it is wrong: a connection that broke has a descriptor like any other.
// What happens: every client that crashes costs a descriptor, until accept() fails with EMFILE.

#include "server.hpp"

using namespace sockrig;

namespace {

void echo_and_close(const Server& server, int connection) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = server.receive(connection, buffer, sizeof buffer)) > 0)
    if (!server.send(connection, buffer, static_cast<size_t>(n))) return;
  if (n == -1) return;
  server.close(connection);
}

void serve_without_care(const Server& server, int connection) {
  std::thread([server, connection] { echo_and_close(server, connection); }).detach();
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = serve_without_care});
}
