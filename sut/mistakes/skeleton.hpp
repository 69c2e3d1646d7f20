// What the planted mistakes share: the pieces of a correct server and of a correct client.
//
// Decides how each piece is done right. A mistake is one file that puts one wrong piece in the place of
// a right one; nothing here may be wrong, or it would be wrong in all of them. The code is written the
// way that students write: plain calls on plain descriptors.
#pragma once

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace sockrig {

inline constexpr size_t buffer_size = 4096;

// Waits for at least one byte; 0 is the end of the stream, -1 an error.
inline ssize_t receive_some(int fd, char* buffer, size_t size) {
  ssize_t n;
  do n = recv(fd, buffer, size, 0);
  while (n == -1 && errno == EINTR);
  return n;
}

// False if the connection is broken.
inline bool send_all_with(int flags, int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = send(fd, data, size, flags);
    if (n == -1 && errno == EINTR) continue;
    if (n == -1) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}
inline bool send_all(int fd, const char* data, size_t size) {
  return send_all_with(MSG_NOSIGNAL, fd, data, size);
}
// A mistake that several programs make: a connection that is gone raises SIGPIPE.
inline bool send_with_signal(int fd, const char* data, size_t size) {
  return send_all_with(0, fd, data, size);
}

inline void on_signal(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);  // Without SA_RESTART: calls that wait fail with EINTR.
}

// SIGWINCH does nothing but interrupt, SIGTERM and SIGINT end the program in good order.
inline void catch_signals() {
  on_signal(SIGWINCH, [](int) {});
  on_signal(SIGTERM, [](int) { _exit(0); });
  on_signal(SIGINT, [](int) { _exit(0); });
}

// Prints what failed and returns `status`, for main.
inline int failed(const char* what, int status = 1) {
  std::perror(what);
  return status;
}

inline int usage(const char* program) {
  std::fprintf(stderr, "usage: %s HOST PORT\n", program);
  return 2;
}

// The addresses of a host; nullptr after a message if there are none. The caller frees them.
inline addrinfo* resolve(const char* host, const char* port, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* addresses = nullptr;
  const int code = getaddrinfo(host, port, &hints, &addresses);
  if (code == 0) return addresses;
  std::fprintf(stderr, "%s: %s\n", host, gai_strerror(code));
  return nullptr;
}

}  // namespace sockrig
