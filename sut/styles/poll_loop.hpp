// One thread, non-blocking sockets, poll(): the loop.
//
// Decides who is asked when. What a client wants, and what is done for it, is the program's.
#pragma once

#include <list>
#include <vector>

#include "common.hpp"

namespace sockrig {

// A Client has `fd` and is_over(); `wanted(client)` are the events that it waits for, `transfer(client, events)` is
// called with those that came.
template <typename Client, typename Wanted, typename Transfer>
[[noreturn]] void serve_by_poll(int listener, Wanted wanted, Transfer transfer) {
  make_non_blocking(listener);
  std::list<Client> clients;
  for (;;) {
    std::vector<pollfd> waiting = {{.fd = listener, .events = POLLIN, .revents = 0}};
    for (const Client& each : clients) waiting.push_back({.fd = each.fd, .events = wanted(each), .revents = 0});
    if (poll(waiting.data(), waiting.size(), -1) == -1) continue;
    size_t i = 1;
    for (Client& each : clients)
      if (const short events = waiting[i++].revents) transfer(each, events);
    for (const Client& each : clients)
      if (each.is_over()) close(each.fd);
    clients.remove_if([](const Client& each) { return each.is_over(); });
    if (waiting[0].revents == 0) continue;
    const int fd = accept(listener, nullptr, nullptr);
    if (fd == -1) {
      rest_if_short_of_resources();
      continue;
    }
    make_non_blocking(fd);
    clients.emplace_back().fd = fd;
  }
}

}  // namespace sockrig
