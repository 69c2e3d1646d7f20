// What correct programs in any style have in common: arguments, addresses, signals, a listener.
//
// Decides nothing about how bytes are moved: that is what the styles differ in.
#pragma once

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace sockrig {

inline constexpr size_t buffer_size = size_t{16} * 1024;

[[noreturn]] inline void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

// Calls again what a signal interrupted.
template <typename Call>
auto uninterrupted(Call call) {
  decltype(call()) result;
  do result = call();
  while (result == -1 && errno == EINTR);
  return result;
}

inline bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

inline void on_signal(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

// A peer that is gone is an error code and not our death; SIGWINCH does nothing but interrupt; SIGTERM
// and SIGINT end the program in good order.
inline void prepare_signals() {
  on_signal(SIGPIPE, SIG_IGN);
  on_signal(SIGWINCH, [](int) {});
  on_signal(SIGTERM, [](int) { _exit(0); });
  on_signal(SIGINT, [](int) { _exit(0); });
}

inline void make_non_blocking(int fd) {
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == -1) die("fcntl");
}

inline addrinfo* resolve(char** arguments, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* addresses = nullptr;
  const int code = getaddrinfo(arguments[1], arguments[2], &hints, &addresses);
  if (code == 0) return addresses;
  std::fprintf(stderr, "%s: %s: %s\n", arguments[0], arguments[1], gai_strerror(code));
  std::exit(1);
}

inline void check_usage(int count, char** arguments) {
  if (count == 3) return;
  std::fprintf(stderr, "usage: %s HOST PORT\n", arguments[0]);
  std::exit(2);
}

// A listener on the IPv4 address that the command line names. Blocks in accept().
inline int open_listener(int count, char** arguments) {
  check_usage(count, arguments);
  prepare_signals();
  addrinfo* address = resolve(arguments, AF_INET);
  const int listener = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
  if (listener == -1) die("socket");
  const int yes = 1;
  if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == -1) die("setsockopt");
  if (bind(listener, address->ai_addr, address->ai_addrlen) == -1) die("bind");
  freeaddrinfo(address);
  if (listen(listener, SOMAXCONN) == -1) die("listen");
  return listener;
}

// For a moment only: whoever has no descriptor left tries again when somebody may have gone.
inline void rest_if_short_of_resources() {
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) poll(nullptr, 0, 50);
}

// The next connection; trouble of one client, or of the moment, is no reason to stop.
inline int accept_next(int listener) {
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection != -1) return connection;
    rest_if_short_of_resources();
  }
}

// A connection to any address that the command line names.
inline int connect_to_server(int count, char** arguments) {
  check_usage(count, arguments);
  prepare_signals();
  addrinfo* addresses = resolve(arguments, AF_UNSPEC);
  for (addrinfo* address = addresses; address != nullptr; address = address->ai_next) {
    const int fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (fd == -1) continue;
    int error = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINTR) {  // The request goes on without us.
      pollfd connecting{.fd = fd, .events = POLLOUT, .revents = 0};
      uninterrupted([&] { return poll(&connecting, 1, -1); });
      socklen_t size = sizeof error;
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) {
      freeaddrinfo(addresses);
      return fd;
    }
    close(fd);
    errno = error;
  }
  const int error = errno;
  freeaddrinfo(addresses);
  errno = error;
  die("connect");
}

inline bool write_all(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = uninterrupted([&] { return write(fd, data, size); });
    if (n == -1) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace sockrig
