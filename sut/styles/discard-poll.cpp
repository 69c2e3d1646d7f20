// One thread, non-blocking sockets, poll(): reads what is there, and throws it away.
#include <vector>

#include "common.hpp"

using namespace sockrig;

namespace {

// Whether the client will say no more.
bool is_over_after_receive(int fd) {
  char buffer[buffer_size];
  const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  return n == 0 || (n == -1 && !would_block());
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  make_non_blocking(listener);
  std::vector<pollfd> waiting = {{.fd = listener, .events = POLLIN, .revents = 0}};
  for (;;) {
    if (poll(waiting.data(), waiting.size(), -1) == -1) continue;
    const bool more = waiting[0].revents != 0;
    std::erase_if(waiting, [&](const pollfd& each) {
      if (each.fd == listener || each.revents == 0 || !is_over_after_receive(each.fd)) return false;
      close(each.fd);
      return true;
    });
    if (!more) continue;
    const int fd = accept(listener, nullptr, nullptr);
    if (fd == -1) {
      rest_if_short_of_resources();
      continue;
    }
    make_non_blocking(fd);
    waiting.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  }
}
