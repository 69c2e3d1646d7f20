// A call that is held just before it goes to the kernel, until the runner lets it go.
//
// Decides which call that is: at most one in a run. It must never change what the call does or says, nor hold a call
// that a signal handler may be making, nor one of a process that lives in another one's memory (vfork).
#pragma once

#include "shim/rules.hpp"

namespace sockrig::shim {

// To be called before anything else is decided of the call: what the kernel is asked about it then holds afterwards.
void hold_if_told(Op& op);

}  // namespace sockrig::shim
