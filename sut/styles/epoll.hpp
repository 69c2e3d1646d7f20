// The loop that the epoll styles share: they differ in what they wait for and in what they do then.
//
// Decides who is accepted and who is closed. `update` is called after each transfer of a connection, and
// may ask epoll for other events.
#pragma once

#include <sys/epoll.h>

#include <memory>

#include "event_loop.hpp"

namespace sockrig {

inline void control(int epoll, int operation, Connection& connection, uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &connection}};
  if (epoll_ctl(epoll, operation, connection.fd, &event) == -1) die("epoll_ctl");
}

inline void accept_into(int epoll, Connection& listener, uint32_t events) {
  const int fd = accept(listener.fd, nullptr, nullptr);
  if (fd == -1) return rest_if_short_of_resources();
  make_non_blocking(fd);
  auto connection = std::make_unique<Connection>();
  connection->fd = fd;
  control(epoll, EPOLL_CTL_ADD, *connection, events);
  static_cast<void>(connection.release());  // Owned by the epoll set, in its data, until it is over.
}

template <typename Transfer, typename Update>
[[noreturn]] void run_epoll(int listening, uint32_t events, Transfer transfer, Update update) {
  const int epoll = epoll_create1(0);
  if (epoll == -1) die("epoll_create1");
  make_non_blocking(listening);
  Connection listener;
  listener.fd = listening;
  control(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
  for (;;) {
    epoll_event ready[64];
    const int count = epoll_wait(epoll, ready, 64, -1);  // -1 if it was interrupted
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(ready[i].data.ptr);
      if (connection == &listener) {
        accept_into(epoll, listener, events);
        continue;
      }
      if (ready[i].events & EPOLLERR)
        connection->broken = true;
      else
        transfer(*connection);
      if (connection->is_over()) {
        close(connection->fd);
        delete connection;
      } else {
        update(epoll, *connection);
      }
    }
  }
}

}  // namespace sockrig
