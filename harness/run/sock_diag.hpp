// The kernel's own list of TCP sockets in this network namespace: sock_diag(7).
#pragma once

#include <cstdint>
#include <vector>

#include "record/kernel_socket.hpp"
#include "run/check.hpp"

namespace sockrig {

class SockDiag {
 public:
  SockDiag();  // throws std::system_error
  // All TCP sockets, IPv4 then IPv6. Throws std::system_error.
  std::vector<KernelSocket> list();
  // Without those in TIME_WAIT, of which a network that many share has thousands.
  std::vector<KernelSocket> alive();
  // Those that listen. Cheap: the others stand in a table of the whole machine that the kernel has to walk.
  std::vector<KernelSocket> listeners();

 private:
  void dump(int family, std::uint32_t states, std::uint8_t details, std::vector<KernelSocket>& out);
  Descriptor netlink_;
};

}  // namespace sockrig
