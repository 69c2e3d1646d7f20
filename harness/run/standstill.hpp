// Proof that a program is waiting: that nothing it waits for can come unless the peer does something.
//
// Two looks at every thread (state, system call, context switches) with nothing changed between them, and the kernel's
// queues in between: no byte on its way, no retransmission due. Never a matter of how long it took.
// See proc_pid_syscall(5), sock_diag(7).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "run/proc.hpp"
#include "run/sock_diag.hpp"

namespace sockrig {

enum class Motion {
  moving,      // something runs, or something is on its way
  dozing,      // every thread waits, but some with a timeout, a timer or an alarm: it may go on by itself
  standstill,  // every thread waits, none with a timeout: it cannot go on by itself
  gone,        // no process is left
};

// A thread that waits, as it was found.
struct Waiting {
  pid_t pid = 0, tid = 0;
  std::string call;                               // "recv", "accept", "poll", "futex", …; "" = stopped by a signal
  int fd = -1;                                    // what it waits on, if the call names one
  std::string target;                             // what the descriptor is: "socket:[…]", "pipe:[…]"
  std::uint16_t local_port = 0, remote_port = 0;  // if it is a TCP socket
  bool listener = false;
  std::uint32_t receive_queue = 0, send_queue = 0;
  bool timed = false;     // it will wake up by itself
  bool sleeping = false;  // it waits for time alone: nanosleep
};

// Whether a call, as the kernel names it, sends.
inline bool is_send_call(std::string_view call) {
  return call.starts_with("send") || call.starts_with("write");
}

struct Look {
  Motion motion = Motion::moving;
  bool attentive = false;  // dozing, but some thread waits for events: others may sleep for reasons of their own
  std::vector<Waiting> threads;
  std::vector<KernelSocket> sockets;
};

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
