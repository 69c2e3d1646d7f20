// The limit of open descriptors (RLIMIT_NOFILE) of running processes, lowered until there is none left, and restored.
//
// The soft limit only: the hard one is not given back to those who gave it away. A process that has ended needs none.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <vector>

namespace sockrig {

class DescriptorLimits {
 public:
  // From now on each gets no further descriptor. A thread that waits in accept() has its own already, though nobody
  // sees it: that one client is served. Throws std::system_error, as restore() does.
  void use_up(const std::vector<pid_t>& pids);
  void restore(const std::vector<pid_t>& pids);  // of those born in want, too
  bool were_lowered() const { return !before_.empty(); }

 private:
  std::map<pid_t, std::uint64_t> before_;
};

}  // namespace sockrig
