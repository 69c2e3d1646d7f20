// Two threads: one accepts and hands the connections over to the epoll set of the other, edge-triggered. A send that
// takes a part says that the kernel's buffer is full, and needs no further one to see EAGAIN (epoll(7), question 9).
#include <thread>

#include "epoll.hpp"

using namespace sockrig;

namespace {

void transfer(Connection& connection) {
  bool readable = true, writable = true;
  while (!connection.is_over() && ((connection.wants_to_read() && readable) || (connection.owes() && writable))) {
    if (connection.wants_to_read() && readable) readable = connection.receive() > 0 || errno == EINTR;
    if (!connection.owes() || !writable) continue;
    const ssize_t sent = connection.send();
    writable = sent == -1 ? errno == EINTR : !connection.owes();
  }
}

[[noreturn]] void serve(int epoll) {
  for (;;) {
    epoll_event ready[64];
    const int count = epoll_wait(epoll, ready, 64, -1);  // -1 if it was interrupted
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(ready[i].data.ptr);
      if (ready[i].events & EPOLLERR)
        connection->broken = true;
      else
        transfer(*connection);
      if (!connection->is_over()) continue;
      close(connection->fd);
      delete connection;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  Connection listener;
  listener.fd = open_listener(count, arguments);
  const int epoll = epoll_create1(0);
  if (epoll == -1) die("epoll_create1");
  std::thread([epoll] { serve(epoll); }).detach();
  for (;;) accept_into(epoll, listener, EPOLLIN | EPOLLOUT | EPOLLET);
}
