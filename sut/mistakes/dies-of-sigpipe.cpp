// Students write: send(fd, buffer, n, 0), or write().
// Why it is wrong: writing to a connection that the peer has given up raises SIGPIPE, which kills (send(2),
// EPIPE).
// What happens: one impatient client ends the whole server, without any message.

#include "server.hpp"

using namespace sockrig;

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_with_signal});
}
