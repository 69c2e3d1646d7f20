// Students write: if (n < 50) send(fd, buffer, n, 0); else send_all(fd, buffer, n);, for so few always fit.
// Why it is wrong: send() may take a part of any length that it is given; two bytes can become one.
// What happens: a short message that is sent when the buffer is nearly full loses its end.

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_few_at_once(int fd, const char* data, size_t size) {
  if (size >= 50) return send_all(fd, data, size);
  ssize_t n;
  do n = send(fd, data, size, MSG_NOSIGNAL);
  while (n == -1 && errno == EINTR);
  return n != -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_few_at_once});
}
