// Students write: send(fd, "Welcome\n", 8, 0), to see that the connection works.
// Why it is wrong: RFC 863: no response is sent. A protocol is kept by what is not said, too.
// What happens: clients that rely on the protocol misunderstand the next one.

#include "server.hpp"

using namespace sockrig;

namespace {

void greet_and_discard(const Server& server, int connection) {
  server.send(connection, "Welcome\n", 8);
  discard(server, connection);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = greet_and_discard});
}
