// One thread, non-blocking sockets, epoll, level-triggered: what is not done now is announced again.
#include "epoll.hpp"

using namespace sockrig;

namespace {

void transfer(Connection& connection) {
  if (connection.wants_to_read()) connection.receive();
  if (!connection.broken && connection.owes()) connection.send();
}

void update(int epoll, Connection& connection) {
  const bool read = connection.wants_to_read(), write = connection.owes();
  control(epoll, EPOLL_CTL_MOD, connection, (read ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u));
}

}  // namespace

int main(int count, char** arguments) {
  run_epoll(open_listener(count, arguments), EPOLLIN, transfer, update);
}
