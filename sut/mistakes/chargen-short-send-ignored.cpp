// Students write: send(fd, line, 74, 0) for each line, and look at the result only for -1.
// Why it is wrong: send() returns how many bytes it took, which may be fewer than it was offered (send(2)).
// What happens: the rest of the line is missing, and the pattern breaks.

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_once(int fd, const char* data, size_t size) {
  ssize_t n;
  do n = send(fd, data, size, MSG_NOSIGNAL);
  while (n == -1 && errno == EINTR);
  return n != -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = chargen, .send = send_once});
}
