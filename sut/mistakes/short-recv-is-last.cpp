// Students write: do n = recv(fd, buffer, sizeof buffer, 0); while (n == sizeof buffer), as one reads a
// file.
// Why it is wrong: a stream delivers what is there; a part that is not full says nothing about the end.
// Only 0 does.
// What happens: the connection ends at the first pause of the client.

#include "server.hpp"

using namespace sockrig;

namespace {

void echo_until_short(const Server& server, int connection) {
  char buffer[buffer_size];
  ssize_t n;
  do {
    n = server.receive(connection, buffer, sizeof buffer);
    if (n > 0 && !server.send(connection, buffer, static_cast<size_t>(n))) return;
  } while (n == sizeof buffer);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_until_short});
}
