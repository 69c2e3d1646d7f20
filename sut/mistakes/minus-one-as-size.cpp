// Students write: size_t n = recv(...); if (n <= 0) break;
// Why it is wrong: -1 becomes the largest number there is, and the comparison finds no error.
// What happens: at the first interruption the server sends whatever lies behind its buffer until it crashes
// or fails.

#include "server.hpp"

using namespace sockrig;

namespace {

void echo_unsigned(const Server& server, int connection) {
  char buffer[buffer_size];
  for (;;) {
    const size_t n = static_cast<size_t>(recv(connection, buffer, sizeof buffer, 0));
    if (n <= 0) return;
    if (!server.send(connection, buffer, n)) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_unsigned});
}
