// What of the program runs where the shim cannot see it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace sockrig {

// "server runs without the shim": what of the program can be seen to be out of the shim's sight.
std::vector<std::string> out_of_sight(const std::vector<pid_t>& pids);

}  // namespace sockrig
