// Students write: n = recv(fd, buffer, sizeof buffer, 0); buffer[n] = 0; or, warned, if (n == sizeof
// buffer) n--.
// Why it is wrong: bytes are not a string, they need no terminator; room for one must not be taken from
// them.
// What happens: every receive that fills the buffer loses one byte.

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_terminated(int fd, char* buffer, size_t size) {
  ssize_t n = receive_some(fd, buffer, size);
  if (n == static_cast<ssize_t>(size)) --n;
  if (n >= 0) buffer[n] = '\0';
  return n;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.receive = receive_terminated});
}
