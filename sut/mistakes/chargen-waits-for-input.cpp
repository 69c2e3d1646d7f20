// Students write: for (;;) { recv(fd, ...); send(fd, line, 74, 0); }
// Why it is wrong: the directions are independent: neither waits for the other (RFC 864).
// What happens: a client that says nothing gets nothing.

#include "server.hpp"

using namespace sockrig;

namespace {

void chargen_in_turn(const Server& server, int connection) {
  char buffer[buffer_size];
  for (size_t number = 0; server.receive(connection, buffer, sizeof buffer) > 0; ++number)
    if (!server.send(connection, chargen_line(number).data(), 74)) return;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = chargen_in_turn});
}
