// What signals do to the reference programs.
//
// Decides which signals are caught, and that none of them ever loses a byte.
#pragma once

namespace sockrig {

// A read or write of ours fails with EPIPE when the other end of a pipe is gone; it does not kill us.
// And SIGWINCH, which comes when the window of a terminal changes its size, does nothing at all. But it
// interrupts whatever call is waiting, since the handler has no SA_RESTART: `kill -WINCH` shows that a
// program which catches signals, any signals, needs to expect EINTR.
void prepare_signals();

// SIGTERM and SIGINT are delivered to `handler`, which may only do what signal-safety(7) allows.
void on_stop_signal(void (*handler)(int));

}  // namespace sockrig
