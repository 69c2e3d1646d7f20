// One thread, non-blocking sockets, poll().
#include <list>
#include <vector>

#include "event_loop.hpp"

using namespace sockrig;

namespace {

short wanted(const Connection& connection) {
  return static_cast<short>((connection.wants_to_read() ? POLLIN : 0) | (connection.owes() ? POLLOUT : 0));
}

void transfer(Connection& connection, short events) {
  if (events & POLLERR) connection.broken = true;
  if (!connection.broken && events & (POLLIN | POLLHUP) && connection.wants_to_read()) connection.receive();
  if (!connection.broken && connection.owes()) connection.send();
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  make_non_blocking(listener);
  std::list<Connection> connections;
  for (;;) {
    std::vector<pollfd> waiting = {{.fd = listener, .events = POLLIN, .revents = 0}};
    for (const Connection& each : connections) waiting.push_back({.fd = each.fd, .events = wanted(each), .revents = 0});
    if (poll(waiting.data(), waiting.size(), -1) == -1) continue;
    size_t i = 1;
    for (Connection& each : connections)
      if (const short events = waiting[i++].revents) transfer(each, events);
    for (const Connection& each : connections)
      if (each.is_over()) close(each.fd);
    connections.remove_if([](const Connection& each) { return each.is_over(); });
    if (waiting[0].revents == 0) continue;
    const int fd = accept(listener, nullptr, nullptr);
    if (fd == -1) {
      rest_if_short_of_resources();
      continue;
    }
    make_non_blocking(fd);
    connections.emplace_back().fd = fd;
  }
}
