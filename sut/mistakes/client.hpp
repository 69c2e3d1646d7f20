// The correct client into which mistakes are planted: stdin to the connection, the connection to stdout.
//
// Decides what pieces a client has; see server.hpp for how one is replaced.
#pragma once

#include <atomic>
#include <thread>

#include "skeleton.hpp"

namespace sockrig {

struct Client;
inline int connect_to_any(const Client& client, const char* host, const char* port);
inline int connect_to_one(const addrinfo& address);
inline int talk(const Client& client, int fd);
inline ssize_t read_input(char* buffer, size_t size);
inline bool write_output(const char* data, size_t size);
inline void half_close(int fd) {
  shutdown(fd, SHUT_WR);
}

struct Client {
  int (*connect)(const Client& client, const char* host, const char* port) = connect_to_any;
  int (*connect_to_one)(const addrinfo& address) = sockrig::connect_to_one;
  int (*talk)(const Client& client, int fd) = sockrig::talk;
  ssize_t (*read)(char* buffer, size_t size) = read_input;
  bool (*write)(const char* data, size_t size) = write_output;
  bool (*send)(int fd, const char* data, size_t size) = send_all;
  void (*at_end_of_input)(int fd) = half_close;
};

inline int connect_socket(int fd, const addrinfo& address) {
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINTR) return -1;
  pollfd connecting{.fd = fd, .events = POLLOUT, .revents = 0};  // It goes on without us.
  while (poll(&connecting, 1, -1) == -1 && errno == EINTR) continue;
  socklen_t size = sizeof errno;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &size);
  return errno == 0 ? 0 : -1;
}

inline int connect_to_one(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (fd == -1 || connect_socket(fd, address) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

// A connected socket, or -1 after a message.
inline int connect_to_any(const Client& client, const char* host, const char* port) {
  addrinfo* addresses = resolve(host, port, AF_UNSPEC);
  if (addresses == nullptr) return -1;
  int fd = -1;
  for (addrinfo* address = addresses; address != nullptr && fd == -1; address = address->ai_next)
    fd = client.connect_to_one(*address);
  if (fd == -1) std::perror("connect");
  freeaddrinfo(addresses);
  return fd;
}

inline ssize_t read_input(char* buffer, size_t size) {
  ssize_t n;
  do n = read(STDIN_FILENO, buffer, size);
  while (n == -1 && errno == EINTR);
  return n;
}

inline bool write_output(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = write(STDOUT_FILENO, data, size);
    if (n == -1 && errno == EINTR) continue;
    if (n == -1) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

enum Sending : int { sending, delivered, broken };

inline void send_input(const Client& client, int fd, std::atomic<Sending>& state) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = client.read(buffer, sizeof buffer)) > 0)
    if (!client.send(fd, buffer, static_cast<size_t>(n))) {
      state = broken;
      shutdown(fd, SHUT_RDWR);
      return;
    }
  state = delivered;
  client.at_end_of_input(fd);
}

// False after an error.
inline bool print_answers(int fd, bool (*print)(const char* data, size_t size) = write_output) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = receive_some(fd, buffer, sizeof buffer)) > 0)
    if (!print(buffer, static_cast<size_t>(n))) return false;
  return n == 0;
}

// The exit status.
inline int talk(const Client& client, int fd) {
  static std::atomic<Sending> state = sending;  // The thread may outlive this function.
  std::thread([client, fd] { send_input(client, fd, state); }).detach();
  if (!print_answers(fd, client.write)) return failed("receive");
  // The server has ended its direction; ours goes on until we have ended it too, or the server is gone.
  pollfd over{.fd = fd, .events = 0, .revents = 0};
  while (poll(&over, 1, -1) == -1 && errno == EINTR) continue;
  socklen_t size = sizeof errno;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &size);
  if (errno == 0 && state != delivered) errno = EPIPE;
  return errno == 0 ? 0 : failed("send");
}

inline int run_client(int count, char** arguments, const Client& client) {
  if (count != 3) return usage(arguments[0]);
  catch_signals();
  signal(SIGPIPE, SIG_IGN);
  const int fd = client.connect(client, arguments[1], arguments[2]);
  if (fd == -1) _exit(1);
  _exit(client.talk(client, fd));  // At once, whatever the other thread waits for.
}

}  // namespace sockrig
