// Echo over one blocking socket, for the styles that differ in who serves whom.
#pragma once

#include "common.hpp"

namespace sockrig {

// Whether all was sent; SIGPIPE is ignored.
inline bool send_all(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = uninterrupted([&] { return send(fd, data, size, 0); });
    if (n == -1) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

// Until the client's end of stream, or until it is gone. Does not close.
inline void echo(int fd) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return recv(fd, buffer, sizeof buffer, 0); })) > 0)
    if (!send_all(fd, buffer, static_cast<size_t>(n))) return;
}

}  // namespace sockrig
