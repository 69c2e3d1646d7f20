// The correct server into which mistakes are planted: echo, discard or chargen, a thread per connection.
//
// Decides what pieces a server has. Replace one with a designated initialiser:
//   int main(int n, char** v) { return run_server(n, v, {.send = send_once}); }
#pragma once

#include <atomic>
#include <string>
#include <system_error>
#include <thread>

#include "skeleton.hpp"

namespace sockrig {

struct Server;
inline int bind_reusable(int listener, const sockaddr* address, socklen_t size);
inline int accept_next(int listener);
inline void serve_in_thread(const Server& server, int connection);
inline void echo(const Server& server, int connection);

struct Server {
  int (*bind)(int listener, const sockaddr* address, socklen_t size) = bind_reusable;
  int (*accept)(int listener) = accept_next;  // -1 ends the server
  void (*dispatch)(const Server& server, int connection) = serve_in_thread;
  void (*serve)(const Server& server, int connection) = echo;
  ssize_t (*receive)(int fd, char* buffer, size_t size) = receive_some;
  bool (*send)(int fd, const char* data, size_t size) = send_all;
  int (*close)(int fd) = ::close;
};

inline int bind_reusable(int listener, const sockaddr* address, socklen_t size) {
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  return ::bind(listener, address, size);
}

inline bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

inline int accept_next(int listener) {
  for (;;) {
    const int connection = ::accept(listener, nullptr, nullptr);
    if (connection != -1) return connection;
    if (is_shortage(errno)) poll(nullptr, 0, 50);  // Try again when something may have been freed.
    if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) return -1;
  }
}

// For a dispatch that does something to the listener, too.
inline int remembered_listener = -1;
inline int accept_and_remember(int listener) {
  remembered_listener = listener;
  return accept_next(listener);
}

inline void serve_and_close(const Server& server, int connection) {
  server.serve(server, connection);
  server.close(connection);
}

inline void serve_in_thread(const Server& server, int connection) {
  try {
    std::thread([server, connection] { serve_and_close(server, connection); }).detach();
  } catch (const std::system_error&) {
    server.close(connection);  // No thread for this client, but perhaps for the next.
  }
}

inline void echo(const Server& server, int connection) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = server.receive(connection, buffer, sizeof buffer)) > 0)
    if (!server.send(connection, buffer, static_cast<size_t>(n))) return;
}

inline void discard(const Server& server, int connection) {
  char buffer[buffer_size];
  while (server.receive(connection, buffer, sizeof buffer) > 0) continue;
}

// Line `number` of RFC 864: 72 printable characters, each line beginning one character later.
inline std::string chargen_line(size_t number) {
  std::string line;
  for (size_t i = 0; i < 72; ++i) line += static_cast<char>(' ' + (number + i) % 95);
  return line + "\r\n";
}

inline void chargen(const Server& server, int connection) {
  std::atomic<bool> ended = false;
  std::thread reader([&] {
    discard(server, connection);
    ended = true;
  });
  bool alive = true;
  for (size_t number = 0; alive && (number < 95 || !ended); ++number)
    alive = server.send(connection, chargen_line(number).data(), 74);
  shutdown(connection, alive ? SHUT_WR : SHUT_RDWR);
  reader.join();
}

// A socket that listens, or -1 after a message.
inline int open_listener(const Server& server, const char* host, const char* port) {
  addrinfo* addresses = resolve(host, port, AF_INET);
  if (addresses == nullptr) return -1;
  const int listener = socket(addresses->ai_family, addresses->ai_socktype, addresses->ai_protocol);
  if (listener == -1) std::perror("socket");
  const bool bound = listener != -1 && server.bind(listener, addresses->ai_addr, addresses->ai_addrlen) == 0;
  if (listener != -1 && !bound) std::perror("bind");
  freeaddrinfo(addresses);
  if (bound && listen(listener, SOMAXCONN) == 0) return listener;
  if (bound) std::perror("listen");
  if (listener != -1) ::close(listener);
  return -1;
}

inline int run_server(int count, char** arguments, const Server& server) {
  if (count != 3) return usage(arguments[0]);
  catch_signals();
  const int listener = open_listener(server, arguments[1], arguments[2]);
  if (listener == -1) return 1;
  for (;;) {
    const int connection = server.accept(listener);
    if (connection == -1) return failed("accept");
    server.dispatch(server, connection);
  }
}

}  // namespace sockrig
