// One thread, poll() with a timeout: wakes every 50 ms, as for a clock, and mostly finds nothing to do. The connections
// are blocking sockets: MSG_DONTWAIT says for each transfer that it must not wait.
#include <list>
#include <vector>

#include "event_loop.hpp"

using namespace sockrig;

namespace {

constexpr int tick_ms = 50;

struct Ticked {
  Connection connection;
  unsigned idle_ticks = 0;  // what a server with an idle limit would look at
};

void transfer(Connection& c, short events) {
  if (events & POLLERR) c.broken = true;
  if (!c.broken && events & (POLLIN | POLLHUP) && c.wants_to_read()) c.receive(MSG_DONTWAIT);
  if (!c.broken && c.owes()) c.send(MSG_DONTWAIT);
}

void accept_into(std::list<Ticked>& all, int listener) {
  const int fd = accept(listener, nullptr, nullptr);
  if (fd == -1) return rest_if_short_of_resources();
  all.emplace_back().connection.fd = fd;
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  make_non_blocking(listener);
  std::list<Ticked> all;
  for (;;) {
    std::vector<pollfd> waiting = {{.fd = listener, .events = POLLIN, .revents = 0}};
    for (const auto& [c, idle] : all) {
      const int events = (c.wants_to_read() ? POLLIN : 0) | (c.owes() ? POLLOUT : 0);
      waiting.push_back({.fd = c.fd, .events = static_cast<short>(events), .revents = 0});
    }
    const int ready = poll(waiting.data(), waiting.size(), tick_ms);
    if (ready == -1) continue;
    size_t i = 1;
    for (auto& [c, idle] : all) {
      const short events = waiting[i++].revents;
      idle = events == 0 ? idle + 1 : 0;
      if (events != 0) transfer(c, events);
      if (c.is_over()) close(c.fd);
    }
    all.remove_if([](const Ticked& each) { return each.connection.is_over(); });
    if (waiting[0].revents != 0) accept_into(all, listener);
  }
}
