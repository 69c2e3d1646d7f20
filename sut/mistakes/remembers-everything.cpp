// Students write: received += std::string(buffer, n);, to have it all together, and send from there.
// Why it is wrong: what has been passed on is of no use any more, and a connection may move more than fits into memory.
// What happens: the server grows with every byte of a client until the client leaves.

#include <string>

#include "server.hpp"

using namespace sockrig;

namespace {

void echo_and_remember(const Server& server, int connection) {
  std::string received;
  char buffer[buffer_size];
  for (ssize_t n; (n = server.receive(connection, buffer, sizeof buffer)) > 0;) {
    const size_t begin = received.size();
    received.append(buffer, static_cast<size_t>(n));
    if (!server.send(connection, received.data() + begin, static_cast<size_t>(n))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_and_remember});
}
