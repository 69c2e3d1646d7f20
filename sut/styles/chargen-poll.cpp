// One thread, non-blocking sockets, poll(): each connection is always ready to take what comes, and sends when it can.
#include <algorithm>
#include <list>
#include <vector>

#include "chargen.hpp"
#include "common.hpp"

using namespace sockrig;

namespace {

struct Client {
  int fd;
  size_t at = 0;  // in the lines
  bool over = false;

  void receive() {
    char buffer[buffer_size];
    const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    over = over || n == 0 || (n == -1 && !would_block());
  }

  void send() {
    const ssize_t n = ::send(fd, chargen_lines.data() + at, chargen_lines.size() - at, 0);
    if (n > 0) at = (at + static_cast<size_t>(n)) % chargen_lines.size();
    over = over || (n == -1 && !would_block());
  }
};

void accept_into(std::list<Client>& clients, int listener) {
  const int fd = accept(listener, nullptr, nullptr);
  if (fd == -1) return rest_if_short_of_resources();
  make_non_blocking(fd);
  clients.push_back({.fd = fd});
  clients.back().send();  // At once: a client may half-close before we begin.
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  make_non_blocking(listener);
  std::list<Client> clients;
  for (;;) {
    std::vector<pollfd> waiting = {{.fd = listener, .events = POLLIN, .revents = 0}};
    for (const Client& each : clients) waiting.push_back({.fd = each.fd, .events = POLLIN | POLLOUT, .revents = 0});
    if (poll(waiting.data(), waiting.size(), -1) == -1) continue;
    size_t i = 1;
    for (Client& each : clients) {
      const short events = waiting[i++].revents;
      if (events & ~POLLOUT) each.receive();
      if (events & POLLOUT && !each.over) each.send();
    }
    clients.remove_if([](const Client& each) { return each.over && close(each.fd) == 0; });
    if (waiting[0].revents != 0) accept_into(clients, listener);
  }
}
