// Students write: poll(), and then a blocking send() in a loop until everything is gone.
// Why it is wrong: poll() says that some bytes can be sent, not that all can; send() waits for the client
// to read.
// What happens: one client that does not read stops the service for all.

#include "poll_server.hpp"

using namespace sockrig;

namespace {

void send_everything_now(Connection& connection) {
  if (!send_all(connection.fd, connection.owed.data(), connection.owed.size())) connection.broken = true;
  connection.owed.clear();
}

}  // namespace

int main(int count, char** arguments) {
  return run_poll_server(count, arguments, {.send = send_everything_now});
}
