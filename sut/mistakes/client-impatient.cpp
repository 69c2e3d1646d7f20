// Students write: a non-blocking connect() and poll() with a limit of some 100 milliseconds.
// Why it is wrong: a request that gets lost is repeated after a second (RFC 6298), and then all is well.
// What happens: where the network is busy, the client says that there is no server.

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
    if (ready == 0) _exit((std::fputs("connect: nobody answers\n", stderr), 1));
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
