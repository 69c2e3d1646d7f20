// Signals that really arrive.
//
// Decides which signal may cut a call and delivers it to the own thread, so that the program's
// handler runs as it would. It must never report EINTR without a handler having run, nor where
// signal(7) says that the kernel restarts the call.
#pragma once

#include "shim/rules.hpp"
#include "shim/sys.hpp"

namespace sockrig::shim {

struct Choice {
  int signal = 0;    // 0: none, `why` tells
  bool own = false;  // the handler is the program's
  wire::Withheld why = wire::Withheld::no_handler;
};

// `mask`: what is blocked while the call waits. `restarts`: would SA_RESTART start this call again?
Choice choose_signal(const wire::Rule& rule, SignalMask mask, bool restarts);

SignalMask thread_mask();
bool restarts_without_timeout(int fd, wire::Family family);  // false where SO_RCVTIMEO or SO_SNDTIMEO is set

bool is_ready(const Op& op);  // poll: would this transfer go on without waiting?

// Cuts a blocking recv, send or accept. True: op is done with EINTR; false: it was withheld.
bool interrupt_transfer(Op& op, wire::Rule& rule);

void deliver(int signal);  // the handler has run when this returns; the signal must not be blocked

// Runs `wait` (a p-variant of a wait, given the mask) with the signal pending. Returns its answer.
template <class Wait>
long wait_with_signal(int signal, SignalMask during, Wait wait) {
  const SignalMask one = mask_of(signal);
  SignalMask before = 0;
  sys(SYS_rt_sigprocmask, SIG_BLOCK, &one, &before, sizeof one);
  sys(SYS_tgkill, own_pid(), sys(SYS_gettid), signal);
  const long answer = wait(&during);
  sys(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, sizeof before);
  return answer;
}

// Does the program catch any signal that may come at any time? Then a signal may cut a blocking transfer of its.
bool catches_signals();

// A signal that it catches is blocked in this thread, as it is while its handler runs: on doubt it is running.
bool may_be_handling();

bool sigpipe_kills();  // SIGPIPE has its default disposition, and this thread does not block it

void count_interrupt(wire::Rule& rule, const Choice& choice);

}  // namespace sockrig::shim
