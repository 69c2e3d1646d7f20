// The queue of the peer's own listener, filled so that the kernel turns the next client away.
//
// Decides how a queue is filled and shown to be full; never what a client has to do about it.
#pragma once

#include <cstdint>
#include <vector>

#include "run/endpoint.hpp"
#include "run/sock_diag.hpp"

namespace sockrig {

class FullQueue {
 public:
  // Both throw std::system_error, and fill() std::runtime_error if the kernel lets the queue not be filled.
  void fill(const Listeners& listeners, std::uint16_t port, SockDiag& sock_diag);
  void drain(const Listeners& listeners);  // and gives the listener its room back
  std::int64_t turned_away() const;        // clients, by the kernel's count, since it was filled

 private:
  std::vector<Descriptor> fillers_;
  std::int64_t overflows_before_ = 0;
};

}  // namespace sockrig
