// Students write: send(fd, buffer, n, 0), and look at the result only for -1.
// Why it is wrong: send() returns how many bytes it took, which may be fewer than it was offered (send(2)).
// What happens: the rest of that buffer is never sent.

#include "server.hpp"

using namespace sockrig;

namespace {

// Interruptions are dealt with, so that only the count is ignored.
bool send_once(int fd, const char* data, size_t size) {
  ssize_t n;
  do n = send(fd, data, size, MSG_NOSIGNAL);
  while (n == -1 && errno == EINTR);
  return n != -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_once});
}
