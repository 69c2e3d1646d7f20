#include "shim/interrupt.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "shim/descriptors.hpp"
#include "shim/licence.hpp"

namespace sockrig::shim {

using wire::Withheld;

namespace {

// Signals whose handlers expect to be called for no particular reason.
constexpr int harmless[] = {SIGCHLD, SIGCONT, SIGWINCH, SIGURG, SIGIO};
// Where the shim may put a handler of its own: ignored by default, or not used by anybody.
constexpr int lendable[] = {SIGURG, SIGWINCH, 60, 61, 62};

struct KernelAction {  // struct kernel_sigaction, the same on x86-64 and arm64
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  SignalMask mask;
};

extern "C" void sockrig_empty_handler(int) {}

KernelAction action_of(int signal) {
  KernelAction action{};
  sys(SYS_rt_sigaction, signal, nullptr, &action, sizeof(SignalMask));
  return action;
}

bool is_own_handler(const KernelAction& action) {
  return action.handler != SIG_DFL && action.handler != SIG_IGN && action.handler != sockrig_empty_handler &&
         (action.flags & SA_RESETHAND) == 0;
}

bool lend_handler(int signal) {
  struct sigaction action {};
  action.sa_handler = sockrig_empty_handler;
  const int saved = errno;
  const bool installed = sigaction(signal, &action, nullptr) == 0;
  errno = saved;
  return installed;
}

Choice choose_lent(SignalMask mask) {
  Choice choice;
  for (const int signal : lendable) {
    const KernelAction action = action_of(signal);
    const bool ours = action.handler == sockrig_empty_handler;
    if (!ours && action.handler != SIG_DFL) continue;
    if (mask & mask_of(signal)) {
      choice.why = Withheld::signal_blocked;
      continue;
    }
    if (ours || lend_handler(signal)) return {signal, false, {}};
  }
  return choice;
}

}  // namespace

Choice choose_signal(const wire::Rule& rule, SignalMask mask, bool restarts) {
  Choice best;
  for (const int signal : harmless) {
    const KernelAction action = action_of(signal);
    if (!is_own_handler(action)) continue;
    const bool starts_again = (action.flags & SA_RESTART) != 0;
    if (mask & mask_of(signal)) {
      if (best.signal == 0 && best.why == Withheld::no_handler) best.why = Withheld::signal_blocked;
    } else if (starts_again && restarts) {
      if (best.signal == 0) best.why = Withheld::restarts;
    } else if (best.signal == 0 || !starts_again) {
      best = {signal, true, {}};
      if (!starts_again) break;
    }
  }
  if (best.signal == 0 && rule.handler == wire::Handler::given) return choose_lent(mask);
  return best;
}

bool catches_signals() {
  // Not those that a program causes itself: sanitizers and crash reporters catch them.
  constexpr SignalMask caused = mask_of(SIGSEGV) | mask_of(SIGBUS) | mask_of(SIGILL) | mask_of(SIGFPE) |
                                mask_of(SIGABRT) | mask_of(SIGTRAP) | mask_of(SIGSYS);
  for (int signal = 1; signal < 32; ++signal) {
    if ((caused & mask_of(signal)) == 0 && is_own_handler(action_of(signal))) return true;
  }
  return false;
}

bool may_be_handling() {
  const SignalMask mask = thread_mask();
  for (int signal = 1; signal <= 64; ++signal) {
    if ((mask & mask_of(signal)) == 0) continue;
    const KernelAction action = action_of(signal);
    if (action.handler != SIG_DFL && action.handler != SIG_IGN) return true;
  }
  return false;
}

bool sigpipe_kills() {
  return action_of(SIGPIPE).handler == SIG_DFL && (thread_mask() & mask_of(SIGPIPE)) == 0;
}

SignalMask thread_mask() {
  SignalMask mask = 0;
  sys(SYS_rt_sigprocmask, SIG_BLOCK, nullptr, &mask, sizeof mask);
  return mask;
}

bool restarts_without_timeout(int fd, wire::Family family) {
  const bool sends = family == wire::Family::send || family == wire::Family::connect;
  timeval timeout{};
  socklen_t size = sizeof timeout;
  sys(SYS_getsockopt, fd, SOL_SOCKET, sends ? SO_SNDTIMEO : SO_RCVTIMEO, &timeout, &size);
  return timeout.tv_sec == 0 && timeout.tv_usec == 0;
}

void count_interrupt(wire::Rule& rule, const Choice& choice) {
  if (choice.own) rule.fired_own.fetch_add(1, std::memory_order_relaxed);
}

void deliver(int signal) {
  sys(SYS_tgkill, own_pid(), sys(SYS_gettid), signal);
}

namespace {

pollfd to_poll(const Op& op) {
  return {op.fd, static_cast<short>(op.family == wire::Family::send ? POLLOUT : POLLIN), 0};
}

}  // namespace

bool is_ready(const Op& op) {
  pollfd one = to_poll(op);
  timespec now{};
  return sys(SYS_ppoll, &one, 1, &now, nullptr, 8) != 0;
}

bool interrupt_transfer(Op& op, wire::Rule& rule) {
  if (!blocks(op)) return withhold(rule, op, Withheld::non_blocking), false;
  pollfd one = to_poll(op);
  // Less than SO_RCVLOWAT asks for is handed out when a signal comes: then it is a count, and no EINTR.
  const bool some_there = op.family == wire::Family::recv && available(op.fd) > 0;
  if (is_ready(op) || some_there) return withhold(rule, op, Withheld::ready), false;
  const SignalMask mask = thread_mask();
  const Choice choice = choose_signal(rule, mask, restarts_without_timeout(op.fd, op.family));
  if (choice.signal == 0) return withhold(rule, op, choice.why), false;
  const long answer = wait_with_signal(choice.signal, mask, [&](const SignalMask* during) {
    return sys(SYS_ppoll, &one, 1, nullptr, during, sizeof *during);
  });
  if (answer != -EINTR) return withhold(rule, op, Withheld::ready), false;
  if (!fire(rule, op)) return false;
  count_interrupt(rule, choice);
  fail(op, EINTR);
  return true;
}

}  // namespace sockrig::shim
