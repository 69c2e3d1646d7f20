// Students write: look with poll() and recv() whether the client has ended, and if not send(fd, lines, n, 0).
// Why it is wrong: writing to a connection that the peer has given up raises SIGPIPE, which kills (send(2), EPIPE), and
// what poll() and recv() said before it is old by then.
// What happens: all is well, until a client goes in the moment between them: it ends the whole server.

#include "server.hpp"

using namespace sockrig;

namespace {

constexpr size_t pages = 2;
constexpr int pause_ms = 1;  // now and then: few clients go in just that moment

void chargen_by_poll(const Server&, int connection) {
  std::string lines;
  for (size_t number = 0; number < 95 * pages; ++number) lines += chargen_line(number);
  char buffer[buffer_size];
  for (size_t at = 0;;) {
    const ssize_t sent = send(connection, lines.data() + at, lines.size() - at, MSG_DONTWAIT);
    if (sent == -1 && errno != EINTR && errno != EAGAIN) return;
    if (sent > 0) at = (at + static_cast<size_t>(sent)) % lines.size();
    pollfd state{.fd = connection, .events = POLLIN, .revents = 0};
    if (poll(&state, 1, at == 0 || sent == -1 ? pause_ms : 0) <= 0) continue;
    ssize_t got;
    while ((got = recv(connection, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) continue;
    if (got == 0 || (errno != EINTR && errno != EAGAIN)) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = chargen_by_poll});
}
