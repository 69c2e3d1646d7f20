// Students write: while (sent < n) sent += send(fd, buffer, n, 0), with the same start and the full length.
// Why it is wrong: the bytes that were taken are on their way; the next send has to begin behind them.
// What happens: the beginning of the buffer arrives again and again, and its end may never arrive.

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_from_start(int fd, const char* data, size_t size) {
  for (size_t sent = 0; sent < size;) {
    const ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
    if (n == -1 && errno != EINTR) return false;
    if (n > 0) sent += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_from_start});
}
