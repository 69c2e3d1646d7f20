// A call as one line of a trace, the same wherever calls are shown: `exec --trace`, what `--keep` keeps, a diagnosis.
//
// Decides on the words; who made the call and when is told in front of it by who prints it.
#pragma once

#include <span>
#include <string>

#include "faults/fault.hpp"
#include "observe/observation.hpp"

namespace sockrig {

// `placed`: with the call's place among the program's calls, as a fault would name it; what a fault met has it anyway.
// "send(fd 5) asked 4096 → 7 at server.cpp:42   INJECTED short-send bytes=7"; what was withheld has its reason. `place`
// stands behind the call; the faults are those whose rules the shim was given, in that order.
std::string trace_line(const CallEvent& e, std::span<const Fault> faults, const std::string& place = "",
                       bool placed = false);

}  // namespace sockrig
