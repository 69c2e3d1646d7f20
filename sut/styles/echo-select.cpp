// One thread, non-blocking sockets, select(). A descriptor that does not fit into an fd_set is turned away.
#include <sys/select.h>

#include <algorithm>
#include <list>

#include "event_loop.hpp"

using namespace sockrig;

namespace {

void accept_next_into(std::list<Connection>& connections, int listener) {
  const int fd = accept(listener, nullptr, nullptr);
  if (fd == -1) {
    rest_if_short_of_resources();
  } else if (fd >= FD_SETSIZE) {
    close(fd);
  } else {
    make_non_blocking(fd);
    connections.emplace_back().fd = fd;
  }
}

void transfer(Connection& connection, const fd_set& readable) {
  if (connection.wants_to_read() && FD_ISSET(connection.fd, &readable)) connection.receive();
  if (!connection.broken && connection.owes()) connection.send();
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  if (listener >= FD_SETSIZE) {
    std::fputs("too many open files for select()\n", stderr);
    return 1;
  }
  make_non_blocking(listener);
  std::list<Connection> connections;
  for (;;) {
    fd_set readable, writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_SET(listener, &readable);
    int highest = listener;
    for (const Connection& each : connections) {
      if (each.wants_to_read()) FD_SET(each.fd, &readable);
      if (each.owes()) FD_SET(each.fd, &writable);
      highest = std::max(highest, each.fd);
    }
    if (select(highest + 1, &readable, &writable, nullptr, nullptr) == -1) continue;
    for (Connection& each : connections) transfer(each, readable);
    for (const Connection& each : connections)
      if (each.is_over()) close(each.fd);
    connections.remove_if([](const Connection& each) { return each.is_over(); });
    if (FD_ISSET(listener, &readable)) accept_next_into(connections, listener);
  }
}
