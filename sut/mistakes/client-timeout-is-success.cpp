// Students write: if (poll(...) == 0) { puts("timeout"); exit(0); }
// Why it is wrong: there was no connection, and whoever called the client is told that all went well.
// What happens: a script goes on without the data.

#include <fcntl.h>

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_in_time(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK, address.ai_protocol);
  if (fd == -1) return -1;
  if (connect(fd, address.ai_addr, address.ai_addrlen) == -1) {
    if (errno != EINPROGRESS) {
      const int refused = errno;
      close(fd);
      errno = refused;
      return -1;
    }
    pollfd connecting{.fd = fd, .events = POLLOUT, .revents = 0};
    int ready;
    do ready = poll(&connecting, 1, 300);
    while (ready == -1 && errno == EINTR);
    if (ready == 0) _exit((std::fputs("connect: timeout\n", stderr), 0));
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) {
    fcntl(fd, F_SETFL, 0);
    return fd;
  }
  close(fd);
  errno = error;
  return -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect_to_one = connect_in_time});
}
