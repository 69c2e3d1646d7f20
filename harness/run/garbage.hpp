// Whether a program's run-time frees memory when it sees fit: then how much memory it uses says nothing of it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace sockrig {

// By what is mapped into one of the processes, and by what the run-times of Go, OCaml and node leave in its program:
// "libjvm.so", "node", "OCaml", "Go", "AddressSanitizer"; "" = none that we know.
std::string garbage_collector(const std::vector<pid_t>& pids);

}  // namespace sockrig
