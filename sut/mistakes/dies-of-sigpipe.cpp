// Students write: send(fd, buffer, n, 0), or write().
// Why it is wrong: writing to a connection that the peer has given up raises SIGPIPE, which kills (send(2),
// EPIPE).
// What happens: one impatient client ends the whole server, without any message.

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_with_signal(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = send(fd, data, size, 0);
    if (n == -1 && errno == EINTR) continue;
    if (n == -1) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_with_signal});
}
