// Proof that a program is waiting: that nothing it waits for can come unless the peer does something.
//
// Two looks at every thread (state, system call, context switches) with nothing changed between them, and the kernel's
// queues in between: no byte on its way, no retransmission due. Never a matter of how long it took.
// See proc_pid_syscall(5), sock_diag(7).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "record/look.hpp"
#include "run/proc.hpp"
#include "run/sock_diag.hpp"

namespace sockrig {

// Of a process's timers what the kernel does not show.
struct KnownTimers {
  bool may_ring = true;   // an alarm may come, if it catches SIGALRM
  std::uint64_t off = 0;  // POSIX timers that it has and that are not armed
};

class StandstillDetector {
 public:
  // `ours`: whether a socket concerns this run (all of them do in a private network).
  // `timers`: what is known of a process's timers; without it, nothing.
  StandstillDetector(
      SockDiag& sock_diag, std::function<bool(const KernelSocket&)> ours,
      std::function<KnownTimers(pid_t)> timers = [](pid_t) { return KnownTimers{}; })
      : sock_diag_(sock_diag), ours_(std::move(ours)), timers_(std::move(timers)) {}

  // `pids`: lists every process of the subject; asked before each of the two looks. `peer_is_quiet`: asked between the
  // two looks; false = the peer has something to do (an event is ready), so nothing is proved.
  Look look(const std::function<std::vector<pid_t>()>& pids, const std::function<bool()>& peer_is_quiet);
  // Less than that: every thread is found waiting, twice, though some may have woken up between: it does not spin.
  static bool at_rest(const std::function<std::vector<pid_t>()>& pids);

 private:
  bool on_its_way(const std::vector<KernelSocket>& sockets) const;
  SockDiag& sock_diag_;
  std::function<bool(const KernelSocket&)> ours_;
  std::function<KnownTimers(pid_t)> timers_;
};

}  // namespace sockrig
