// Students write: FD_SET(fd, &set), whatever fd is.
// Why it is wrong: an fd_set has room for descriptors below FD_SETSIZE, 1024; beyond it memory is
// overwritten (select(2)).
// What happens: the server crashes, or worse, when it has many files open.

#include <sys/select.h>

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t select_and_receive(int fd, char* buffer, size_t size) {
  fd_set readable;
  FD_ZERO(&readable);
  const volatile int any = fd;  // Or the compiler might know better.
  FD_SET(any, &readable);
  while (select(fd + 1, &readable, nullptr, nullptr, nullptr) == -1 && errno == EINTR) FD_SET(any, &readable);
  return receive_some(fd, buffer, size);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.receive = select_and_receive});
}
