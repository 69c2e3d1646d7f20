// Students write: ioctl(fd, FIONREAD, &n); recv(fd, buffer, n, 0); and then use n bytes of the buffer.
// Why it is wrong: recv() returns how many bytes it delivered, which may be fewer than it was asked for.
// What happens: the rest of the buffer is taken for received: bytes that nobody sent are sent back.

#include <sys/ioctl.h>

#include <algorithm>

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_announced(int fd, char* buffer, size_t size) {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  while (poll(&waiting, 1, -1) == -1 && errno == EINTR) continue;
  int announced = 0;
  ioctl(fd, FIONREAD, &announced);
  const size_t asked = announced == 0 ? 1 : std::min(static_cast<size_t>(announced), size);
  const ssize_t n = receive_some(fd, buffer, asked);
  return n <= 0 ? n : static_cast<ssize_t>(asked);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.receive = receive_announced});
}
