// Students write: while (sent < n) sent += send(fd, buffer + sent, n, 0).
// Why it is wrong: from the new start only n - sent bytes are left.
// What happens: what lies behind the message in memory is sent as well: old bytes, other people's bytes, or
// a crash.

#include <algorithm>

#include "server.hpp"

using namespace sockrig;

namespace {

// Old bytes lie behind the message, as they do in any long-lived buffer.
bool send_too_much(int fd, const char* data, size_t size) {
  char buffer[2 * buffer_size] = {};
  std::copy(data, data + size, buffer);
  for (size_t sent = 0; sent < size;) {
    const ssize_t n = send(fd, buffer + sent, size, MSG_NOSIGNAL);
    if (n == -1 && errno != EINTR) return false;
    if (n > 0) sent += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_too_much});
}
