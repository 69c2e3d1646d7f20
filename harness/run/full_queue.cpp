#include "run/full_queue.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>

#include "run/proc.hpp"

namespace sockrig {
namespace {

constexpr int room = 1024;       // of the peer's listener, as it was made
constexpr int most_fillers = 8;  // a backlog of 0 holds one connection

bool is_full(SockDiag& sock_diag, std::uint16_t port) {
  return std::ranges::any_of(sock_diag.listeners(), [&](const KernelSocket& l) {
    return l.local_port == port && l.receive_queue > l.send_queue;
  });
}

std::int64_t overflows() {
  return network_counter("ListenOverflows").value_or(0);
}

}  // namespace

// A backlog of n holds n + 1 connections (listen(2) on Linux).
void FullQueue::fill(const Listeners& listeners, std::uint16_t port, SockDiag& sock_diag) {
  check("listen", ::listen(listeners.v4.get(), 0));
  const sockaddr_in here = loopback_v4(port);
  for (int i = 0; i < most_fillers && !is_full(sock_diag, port); ++i) {
    Descriptor s(check("socket", ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
    check("connect", ::connect(s.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here));
    fillers_.push_back(std::move(s));
  }
  if (!is_full(sock_diag, port)) throw std::runtime_error("the queue of the peer's listener cannot be filled");
  overflows_before_ = overflows();
}

void FullQueue::drain(const Listeners& listeners) {
  // They came first, so they stand in front.
  while (!fillers_.empty()) {
    const Descriptor accepted(check("accept", ::accept4(listeners.v4.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    fillers_.pop_back();
  }
  check("listen", ::listen(listeners.v4.get(), room));
}

std::int64_t FullQueue::turned_away() const {
  return overflows() - overflows_before_;
}

}  // namespace sockrig
