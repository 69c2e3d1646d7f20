#include "run/standstill.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "run/check.hpp"

namespace sockrig {
namespace {

// How a system call that waits says for how long.
enum class Timeout {
  never,          // it waits until something happens
  socket_option,  // SO_RCVTIMEO or SO_SNDTIMEO of the descriptor decides
  milliseconds,   // an int argument; negative = for ever
  pointer,        // a pointer to a time; null = for ever
  always,         // it waits for time alone
  unknown,        // perhaps
};

struct WaitingCall {
  long number;
  std::string_view name;
  bool has_descriptor;
  Timeout timeout;
  int argument;  // which one the timeout is
  int option = 0;
};

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

constexpr WaitingCall waiting_calls[] = {
    {SYS_read, "read", true, Timeout::socket_option, 0, SO_RCVTIMEO},
    {SYS_readv, "readv", true, Timeout::socket_option, 0, SO_RCVTIMEO},
    {SYS_recvfrom, "recv", true, Timeout::socket_option, 0, SO_RCVTIMEO},
    {SYS_recvmsg, "recvmsg", true, Timeout::socket_option, 0, SO_RCVTIMEO},
    {SYS_write, "write", true, Timeout::socket_option, 0, SO_SNDTIMEO},
    {SYS_writev, "writev", true, Timeout::socket_option, 0, SO_SNDTIMEO},
    {SYS_sendto, "send", true, Timeout::socket_option, 0, SO_SNDTIMEO},
    {SYS_sendmsg, "sendmsg", true, Timeout::socket_option, 0, SO_SNDTIMEO},
    {SYS_sendfile, "sendfile", true, Timeout::socket_option, 0, SO_SNDTIMEO},
    {SYS_splice, "splice", true, Timeout::socket_option, 0, SO_RCVTIMEO},
    {SYS_accept, "accept", true, Timeout::socket_option, 0, SO_RCVTIMEO},
    {SYS_accept4, "accept4", true, Timeout::socket_option, 0, SO_RCVTIMEO},
    {SYS_connect, "connect", true, Timeout::socket_option, 0, SO_SNDTIMEO},
    {SYS_ppoll, "ppoll", false, Timeout::pointer, 2},
    {SYS_pselect6, "pselect", false, Timeout::pointer, 4},
    {SYS_epoll_pwait, "epoll_wait", true, Timeout::milliseconds, 3},
    {SYS_epoll_pwait2, "epoll_pwait2", true, Timeout::pointer, 3},
#ifdef SYS_poll
    {SYS_poll, "poll", false, Timeout::milliseconds, 2},
    {SYS_select, "select", false, Timeout::pointer, 4},
    {SYS_epoll_wait, "epoll_wait", true, Timeout::milliseconds, 3},
    {SYS_pause, "pause", false, Timeout::never, 0},
#endif
    {SYS_msgrcv, "msgrcv", false, Timeout::never, 0},
    {SYS_flock, "flock", true, Timeout::never, 0},
    {SYS_semtimedop, "semtimedop", false, Timeout::pointer, 3},
    {SYS_mq_timedreceive, "mq_timedreceive", false, Timeout::pointer, 4},
    {SYS_futex, "futex", false, Timeout::pointer, 3},
    {SYS_wait4, "wait", false, Timeout::never, 0},
    {SYS_waitid, "wait", false, Timeout::never, 0},
    {SYS_rt_sigsuspend, "sigsuspend", false, Timeout::never, 0},
    {SYS_rt_sigtimedwait, "sigwait", false, Timeout::pointer, 2},
    {SYS_io_uring_enter, "io_uring_enter", false, Timeout::unknown, 0},
    {SYS_nanosleep, "nanosleep", false, Timeout::always, 0},
    {SYS_clock_nanosleep, "clock_nanosleep", false, Timeout::always, 0},
    {SYS_restart_syscall, "restart_syscall", false, Timeout::always, 0},  // a timed wait, going on after SIGCONT
};

const WaitingCall* find_call(long number) {
  const auto* found = std::ranges::find(waiting_calls, number, &WaitingCall::number);
  return found == std::end(waiting_calls) ? nullptr : found;
}

// Whether the descriptor is a socket with a timeout: asked of a copy of it (pidfd_getfd(2)).
bool has_socket_timeout(pid_t pid, int fd, int option) {
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return false;
  const Descriptor copy(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
  timeval time{};
  socklen_t size = sizeof time;
  return copy && ::getsockopt(copy.get(), SOL_SOCKET, option, &time, &size) == 0 &&
         (time.tv_sec != 0 || time.tv_usec != 0);
}

// An armed timerfd, a POSIX timer, or a handler for SIGALRM. Whether those two are armed the kernel does not show: the
// shim does.
bool has_timer(const ProcessState& process, const std::vector<OpenDescriptor>& descriptors,
               const std::function<KnownTimers(pid_t)>& timers_of) {
  const std::string base = "/proc/" + std::to_string(process.pid);
  std::istringstream timers(read_file(base + "/timers"));
  std::uint64_t there = 0;
  for (std::string line; std::getline(timers, line);) there += line.starts_with("ID:") ? 1 : 0;
  const bool catches_alarm = (process.caught >> (SIGALRM - 1) & 1) != 0;
  if (catches_alarm || there > 0) {  // few have either, and who is asked has to look it up
    const KnownTimers known = timers_of(process.pid);
    if ((catches_alarm && known.may_ring) || there > known.off) return true;
  }
  return std::ranges::any_of(descriptors, [&](const OpenDescriptor& d) {
    if (d.target != "anon_inode:[timerfd]") return false;
    const std::string info = read_file(base + "/fdinfo/" + std::to_string(d.fd));
    return !info.empty() && info.find("it_value: (0, 0)") == std::string::npos;
  });
}

bool stopped(const ThreadState& t) {
  return t.state == 'T';
}

bool waits(const ThreadState& t) {
  return stopped(t) || (t.state == 'S' && t.call >= 0 && find_call(t.call) != nullptr);
}

void describe_socket(Waiting& w, const std::vector<KernelSocket>& sockets) {
  if (!w.target.starts_with("socket:[")) return;
  const auto inode = static_cast<std::uint32_t>(std::strtoul(w.target.c_str() + 8, nullptr, 10));
  const auto found = std::ranges::find(sockets, inode, &KernelSocket::inode);
  if (found == sockets.end()) return;
  w.local_port = found->local_port;
  w.remote_port = found->remote_port;
  w.listener = found->state == TcpState::listen;
  w.receive_queue = found->receive_queue;
  w.send_queue = found->send_queue;
}

Waiting describe(const ThreadState& t, const std::vector<OpenDescriptor>& descriptors,
                 const std::vector<KernelSocket>& sockets) {
  Waiting w;
  w.pid = t.pid;
  w.tid = t.tid;
  if (stopped(t)) return w;
  const WaitingCall& call = *find_call(t.call);
  w.call = call.name;
  if (call.has_descriptor) {
    w.fd = static_cast<int>(t.arguments[0]);
    const auto found = std::ranges::find(descriptors, w.fd, &OpenDescriptor::fd);
    if (found != descriptors.end()) w.target = found->target;
    describe_socket(w, sockets);
  }
  switch (call.timeout) {
    case Timeout::never:
      break;
    case Timeout::unknown:
      w.timed = true;
      break;
    case Timeout::always:
      w.timed = w.sleeping = true;
      break;
    case Timeout::milliseconds:
      w.timed = static_cast<int>(t.arguments[call.argument]) >= 0;
      break;
    case Timeout::pointer:
      w.timed = t.arguments[call.argument] != 0;
      break;
    case Timeout::socket_option:
      w.timed = w.target.starts_with("socket:") && has_socket_timeout(t.pid, w.fd, call.option);
      break;
  }
  // poll and select with nothing to watch are how some programs sleep.
  if (w.timed && (w.call == "poll" || w.call == "ppoll") && t.arguments[1] == 0) w.sleeping = true;
  if (w.timed && (w.call == "select" || w.call == "pselect") && t.arguments[1] == 0 && t.arguments[2] == 0)
    w.sleeping = true;
  return w;
}

std::vector<ProcessState> states_of(const std::vector<pid_t>& pids) {
  std::vector<ProcessState> out;
  for (const pid_t pid : pids) {
    if (std::optional<ProcessState> state = process_state(pid)) out.push_back(std::move(*state));
  }
  return out;
}

bool all_wait(const std::vector<ProcessState>& processes) {
  return std::ranges::all_of(processes, [](const ProcessState& p) { return std::ranges::all_of(p.threads, waits); });
}

constexpr std::uint32_t tries_in_vain = 2;

bool is_stuffed(const KernelSocket& s) {
  return s.full && s.receive_queue > 0;
}

}  // namespace

// Data or a handshake that the kernel will still deliver without anybody's doing.
bool StandstillDetector::on_its_way(const std::vector<KernelSocket>& sockets) const {
  const auto other_end = [&](const KernelSocket& s) {
    return std::ranges::find_if(sockets, [&](const KernelSocket& o) {
      return o.local_port == s.remote_port && o.remote_port == s.local_port && &o != &s;
    });
  };
  return std::ranges::any_of(sockets, [&](const KernelSocket& s) {
    if (!ours_(s)) return false;
    switch (s.state) {
      case TcpState::syn_sent: {
        // Tried again and again, in vain as long as the listener's queue is full.
        const auto listener = std::ranges::find_if(sockets, [&](const KernelSocket& l) {
          return l.state == TcpState::listen && l.local_port == s.remote_port;
        });
        return listener == sockets.end() || listener->receive_queue <= listener->send_queue;
      }
      case TcpState::listen:
      case TcpState::time_wait:
      case TcpState::closed:
        return false;
      case TcpState::syn_received:
      case TcpState::new_syn_received: {
        // The last step of its handshake is to come, unless there is no room for it.
        const auto listener = std::ranges::find_if(sockets, [&](const KernelSocket& l) {
          return l.state == TcpState::listen && l.local_port == s.local_port;
        });
        return listener != sockets.end() && listener->receive_queue <= listener->send_queue;
      }
      default:
        break;
    }
    if (s.send_queue == 0) return false;
    const auto other = other_end(s);
    if (other == sockets.end()) return s.timer == 1;
    // Many small segments use up a receiver's memory before the window that it announced. Then it drops what comes,
    // even the acknowledgements of what it sent itself, and the kernel sends again and again, in vain, until it reads.
    if (s.tries >= tries_in_vain && (is_stuffed(s) || is_stuffed(*other))) return false;
    return other->receive_queue == 0 || s.timer == 1;  // not probing a full receiver: still travelling
  });
}

bool StandstillDetector::at_rest(const std::function<std::vector<pid_t>()>& pids) {
  // Who sleeps again and again may wake up between the two, but threads that hand work to each other without rest are
  // switched thousands of times.
  constexpr std::uint64_t few = 64;
  const std::vector<ProcessState> before = states_of(pids());
  if (before.empty() || !all_wait(before)) return false;
  std::map<pid_t, std::uint64_t> switches;
  for (const ProcessState& p : before) {
    for (const ThreadState& t : p.threads) switches[t.tid] = t.switches;
  }
  const std::vector<ProcessState> after = states_of(pids());
  std::uint64_t woken = 0;
  for (const ProcessState& p : after) {
    for (const ThreadState& t : p.threads) {
      const auto known = switches.find(t.tid);
      woken += known == switches.end() ? 1 : t.switches - known->second;
    }
  }
  return all_wait(after) && woken <= few;
}

Look StandstillDetector::look(const std::function<std::vector<pid_t>()>& pids,
                              const std::function<bool()>& peer_is_quiet) {
  Look out;
  const std::vector<ProcessState> first = states_of(pids());
  if (first.empty()) {
    out.sockets = sock_diag_.alive();  // what the kernel still delivers of a dead program's bytes
    if (!on_its_way(out.sockets) && peer_is_quiet()) out.motion = Motion::gone;
    return out;
  }
  if (!all_wait(first)) return out;
  out.sockets = sock_diag_.alive();
  if (on_its_way(out.sockets)) return out;
  bool timed = false, attentive = false;
  for (const ProcessState& p : first) {
    const std::vector<OpenDescriptor> descriptors = open_descriptors(p.pid);
    const bool timer = has_timer(p, descriptors, timers_);
    for (const ThreadState& t : p.threads) {
      Waiting w = describe(t, descriptors, out.sockets);
      if (timer && !w.call.empty()) w.timed = true;
      timed = timed || w.timed;
      attentive = attentive || (!w.call.empty() && !w.sleeping);
      out.threads.push_back(std::move(w));
    }
  }
  if (!peer_is_quiet() || states_of(pids()) != first) return out;
  out.motion = timed ? Motion::dozing : Motion::standstill;
  out.attentive = attentive;
  return out;
}

}  // namespace sockrig
