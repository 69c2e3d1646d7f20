// How a program ended.
#pragma once

#include <string>

namespace sockrig {

struct Ending {
  bool by_signal = false;
  int code = 0;  // exit status or signal number
  bool operator==(const Ending&) const = default;
};
std::string to_string(const Ending& e);  // "exited with status 1", "was killed by SIGPIPE"

}  // namespace sockrig
