// A connect() that is given up after 300 milliseconds, and the program with it.
#pragma once

#include <fcntl.h>

#include "client.hpp"

namespace sockrig {

inline int connect_within_300_ms(const addrinfo& address, int status_of_giving_up) {
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
    if (ready == 0) _exit((std::fputs("connect: nobody answers\n", stderr), status_of_giving_up));
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

}  // namespace sockrig
