#include "record/ending.hpp"

#include <cstring>

namespace sockrig {

std::string to_string(const Ending& e) {
  if (!e.by_signal) return "exited with status " + std::to_string(e.code);
  const char* name = ::sigabbrev_np(e.code);
  return std::string("was killed by ") +
         (name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(e.code));
}

}  // namespace sockrig
