// One thread, non-blocking sockets, poll().
#include "event_loop.hpp"
#include "poll_loop.hpp"

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
  serve_by_poll<Connection>(open_listener(count, arguments), wanted, transfer);
}
