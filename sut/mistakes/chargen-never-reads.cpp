// Students write: a loop that sends, and look only at the result of send().
// Why it is wrong: RFC 864 throws away what is received, but it has to be received: the directions are
// independent.
// What happens: a client that sends much waits for ever.

#include "server.hpp"

using namespace sockrig;

namespace {

// The end of the client is noticed all the same.
bool has_ended(int connection) {
  pollfd state{.fd = connection, .events = POLLRDHUP, .revents = 0};
  return poll(&state, 1, 0) == 1;
}

void chargen_deaf(const Server& server, int connection) {
  for (size_t number = 0; number < 95 || !has_ended(connection); ++number)
    if (!server.send(connection, chargen_line(number).data(), 74)) return;
  shutdown(connection, SHUT_WR);
  discard(server, connection);  // Only now, so that closing does not turn into a reset.
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = chargen_deaf});
}
