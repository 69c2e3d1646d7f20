// A pool of threads waits on one epoll set. EPOLLONESHOT gives a connection to one of them at a time; who is
// done with it arms it again, and from then on must not touch it.
#include <thread>

#include "epoll.hpp"

using namespace sockrig;

namespace {

void serve(int epoll, Connection& connection, uint32_t events) {
  if (events & EPOLLERR) connection.broken = true;
  if (!connection.broken && connection.wants_to_read()) connection.receive();
  if (!connection.broken && connection.owes()) connection.send();
  if (connection.is_over()) {
    close(connection.fd);
    delete &connection;
    return;
  }
  const bool read = connection.wants_to_read(), write = connection.owes();
  control(epoll, EPOLL_CTL_MOD, connection, (read ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u) | EPOLLONESHOT);
}

[[noreturn]] void work(int epoll, Connection& listener) {
  for (;;) {
    epoll_event ready;
    if (epoll_wait(epoll, &ready, 1, -1) != 1) continue;
    auto& connection = *static_cast<Connection*>(ready.data.ptr);
    if (&connection != &listener) {
      serve(epoll, connection, ready.events);
    } else {
      accept_into(epoll, listener, EPOLLIN | EPOLLONESHOT);
      control(epoll, EPOLL_CTL_MOD, listener, EPOLLIN | EPOLLONESHOT);
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  Connection listener;
  listener.fd = open_listener(count, arguments);
  make_non_blocking(listener.fd);
  const int epoll = epoll_create1(0);
  if (epoll == -1) die("epoll_create1");
  control(epoll, EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLONESHOT);
  for (int helpers = 0; helpers < 3; ++helpers) std::thread(work, epoll, std::ref(listener)).detach();
  work(epoll, listener);
}
