// Students write: n = send(fd, buffer + n, size - n, 0), in a loop, with one variable for the part and the
// sum.
// Why it is wrong: the position is the sum of all parts; with the last part alone it is right only once.
// What happens: with two parts all is well; from the third on, bytes are repeated or lost.

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_by_last_part(int fd, const char* data, size_t size) {
  size_t last = 0, sent = 0;
  while (sent < size) {
    const ssize_t n = send(fd, data + last, size - sent, MSG_NOSIGNAL);
    if (n == -1 && errno == EINTR) continue;
    if (n == -1) return false;
    last = static_cast<size_t>(n);
    sent += last;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_by_last_part});
}
