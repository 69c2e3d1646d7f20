// All processes of the subject together: whatever descends from this one, except for the world's init.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "run/sock_diag.hpp"

namespace sockrig {

class ProcessTree {
 public:
  explicit ProcessTree(pid_t world_init) : world_init_(world_init) {}
  std::vector<pid_t> pids() const;
  // Those that have not ended, as they number themselves (pid_namespaces(7)) and the shim writes them down.
  std::set<std::int32_t> alive_within() const;
  bool are_stopped() const;  // every thread, by a signal
  struct Descriptors {
    std::int64_t others = 0;    // sockets, files, …
    std::int64_t internal = 0;  // pipes, event loops, eventfds: with which a program waits, or moves bytes
    std::int64_t all() const { return others + internal; }
  };
  Descriptors descriptors() const;
  std::uint64_t memory() const;  // resident bytes; what processes share counts for each
  std::uint64_t peak_memory() const;
  std::uint64_t proportional_memory() const;  // what they share counts once; costs more to ask
  // Those of the subject and, in a private network, our own. Where the network is shared, others listen too.
  std::vector<KernelSocket> listeners(SockDiag& sock_diag) const;
  // The first process, parents before children, that has the listener on the port; 0 = none.
  pid_t listener_on(std::uint16_t port, SockDiag& sock_diag) const;
  // TCP sockets of it that are neither connected nor listening: the kernel has them on no list.
  std::size_t dead_sockets(SockDiag& sock_diag) const;

 private:
  pid_t world_init_;
};

}  // namespace sockrig
