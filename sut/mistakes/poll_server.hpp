// The correct echo server into which mistakes of event loops are planted: one thread, one poll().
//
// Decides how a loop owes bytes to many clients at once: each connection has a queue of its own, is not
// read while the queue is full, and is closed when it has ended and owes nothing.
#pragma once

#include <fcntl.h>

#include <string>
#include <vector>

#include "server.hpp"

namespace sockrig {

struct Connection {
  int fd;
  std::string owed;    // received and not sent back yet
  bool ended = false;  // the client has said all it had to say
  bool broken = false;
};

struct PollServer;
inline void accept_ready(int listener, std::vector<Connection>& connections);
inline void receive_into_queue(const PollServer& server, Connection& connection);
inline void send_from_queue(Connection& connection);
inline int poll_uninterrupted(pollfd* descriptors, nfds_t count);
inline bool is_finished(const Connection& connection) {
  return connection.ended && connection.owed.empty();
}

struct PollServer {
  int (*wait)(pollfd* descriptors, nfds_t count) = poll_uninterrupted;  // -1 ends the server
  void (*accept)(int listener, std::vector<Connection>& connections) = accept_ready;
  void (*receive)(const PollServer& server, Connection& connection) = receive_into_queue;
  void (*send)(Connection& connection) = send_from_queue;
  bool (*finished)(const Connection& connection) = is_finished;
  size_t queue_limit = size_t{64} * 1024;
};

inline int poll_uninterrupted(pollfd* descriptors, nfds_t count) {
  int ready;
  do ready = poll(descriptors, count, -1);
  while (ready == -1 && errno == EINTR);
  return ready;
}

inline bool is_worth_waiting(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

inline void receive_into_queue(const PollServer& server, Connection& connection) {
  char buffer[buffer_size];
  const ssize_t n = recv(connection.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0) connection.owed.append(buffer, static_cast<size_t>(n));
  if (n == 0) connection.ended = true;
  if (n == -1 && !is_worth_waiting(errno)) connection.broken = true;
  if (n > 0) server.send(connection);
}

inline void send_from_queue(Connection& connection) {
  if (connection.owed.empty()) return;
  const ssize_t n = send(connection.fd, connection.owed.data(), connection.owed.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n > 0) connection.owed.erase(0, static_cast<size_t>(n));
  if (n == -1 && !is_worth_waiting(errno)) connection.broken = true;
}

// What to wait for: nothing at all while a client that has ended takes its time.
inline short wanted(const PollServer& server, const Connection& connection) {
  const bool read = !connection.ended && connection.owed.size() < server.queue_limit;
  return static_cast<short>((read ? POLLIN : 0) | (connection.owed.empty() ? 0 : POLLOUT));
}

inline void serve_ready(const PollServer& server, Connection& connection, short events) {
  if (events & POLLERR) connection.broken = true;
  if (events & POLLOUT) server.send(connection);
  if (events & (POLLIN | POLLHUP) && !connection.ended) server.receive(server, connection);
}

inline void accept_ready(int listener, std::vector<Connection>& connections) {
  const int fd = ::accept(listener, nullptr, nullptr);
  if (fd != -1) connections.push_back({.fd = fd, .owed = {}});
  if (fd == -1 && is_shortage(errno)) poll(nullptr, 0, 50);
}

inline int run_poll_server(int count, char** arguments, const PollServer& server) {
  if (count != 3) return usage(arguments[0]);
  catch_signals();
  const int listener = open_listener({}, arguments[1], arguments[2]);
  if (listener == -1) return 1;
  fcntl(listener, F_SETFL, O_NONBLOCK);
  std::vector<Connection> connections;
  for (;;) {
    std::vector<pollfd> waiting = {{.fd = listener, .events = POLLIN, .revents = 0}};
    for (const Connection& c : connections) waiting.push_back({.fd = c.fd, .events = wanted(server, c), .revents = 0});
    if (server.wait(waiting.data(), waiting.size()) == -1) return failed("poll");
    for (size_t i = 0; i < connections.size(); ++i) serve_ready(server, connections[i], waiting[i + 1].revents);
    std::erase_if(connections, [&](const Connection& c) {
      const bool over = c.broken || server.finished(c);
      if (over) close(c.fd);
      return over;
    });
    if (waiting[0].revents != 0) server.accept(listener, connections);
  }
}

}  // namespace sockrig
