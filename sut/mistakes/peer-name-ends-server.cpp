// Students write: if (getpeername(fd, …) == -1) { perror("getpeername"); exit(1); }, to log who has come.
// Why it is wrong: a client may be gone before it is accepted. Linux hands out its connection all the same, and
// getpeername() fails on it with ENOTCONN.
// What happens: for months nothing; then a client gives up while the server is busy, and the server ends.

#include "server.hpp"

using namespace sockrig;

namespace {

void log_client(int connection) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  auto* address = reinterpret_cast<sockaddr*>(&peer);
  if (getpeername(connection, address, &size) == -1) _exit(failed("getpeername"));
  char host[NI_MAXHOST];
  if (getnameinfo(address, size, host, sizeof host, nullptr, 0, NI_NUMERICHOST) == 0)
    std::fprintf(stderr, "a client from %s\n", host);
}

void log_and_serve(const Server& server, int connection) {
  log_client(connection);
  serve_in_thread(server, connection);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = log_and_serve});
}
