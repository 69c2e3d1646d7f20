// Students write: if ((n = recv(...)) <= 0) close the connection, in a poll() loop.
// Why it is wrong: -1 with EAGAIN says that nothing is there now, although poll() announced something
// (select(2), BUGS).
// What happens: once in a while a client is dropped in the middle of its stream.

#include "poll_server.hpp"

using namespace sockrig;

namespace {

void receive_or_end(const PollServer& server, Connection& connection) {
  char buffer[buffer_size];
  const ssize_t n = recv(connection.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n <= 0) connection.ended = true;
  if (n > 0) connection.owed.append(buffer, static_cast<size_t>(n));
  if (n > 0) server.send(connection);
}

}  // namespace

int main(int count, char** arguments) {
  return run_poll_server(count, arguments, {.receive = receive_or_end});
}
