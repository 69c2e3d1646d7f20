// All processes of the subject together: whatever descends from this one, except for the world's init.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "run/sock_diag.hpp"

namespace sockrig {

class ProcessTree {
 public:
  explicit ProcessTree(pid_t world_init) : world_init_(world_init) {}
  std::vector<pid_t> pids() const;
  bool are_stopped() const;  // every thread, by a signal
  std::int64_t descriptors() const;
  std::uint64_t memory() const;  // resident bytes
  std::uint64_t peak_memory() const;
  // Those of the subject and, in a private network, our own. Where the network is shared, others listen too.
  std::vector<KernelSocket> listeners(SockDiag& sock_diag) const;
  // TCP sockets of it that are neither connected nor listening: the kernel has them on no list.
  std::size_t dead_sockets(SockDiag& sock_diag) const;

 private:
  pid_t world_init_;
};

}  // namespace sockrig
