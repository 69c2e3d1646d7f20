#include "run/descriptor_limits.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "run/check.hpp"
#include "run/proc.hpp"

namespace sockrig {
namespace {

constexpr std::uint64_t usual_limit = 1024;

std::uint64_t lowest_free(pid_t pid) {
  std::vector<int> taken;
  for (const OpenDescriptor& d : open_descriptors(pid)) taken.push_back(d.fd);
  std::ranges::sort(taken);
  std::uint64_t free = 0;
  for (const int fd : taken) free += static_cast<std::uint64_t>(fd) == free ? 1 : 0;
  return free;
}

void set_soft_limit(pid_t pid, std::uint64_t soft) {
  rlimit now{};
  if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &now) != 0 && errno == ESRCH) return;
  const rlimit wanted{std::min<rlim_t>(soft, now.rlim_max), now.rlim_max};
  if (::prlimit(pid, RLIMIT_NOFILE, &wanted, nullptr) != 0 && errno != ESRCH) check("prlimit", -1);
}

}  // namespace

void DescriptorLimits::use_up(const std::vector<pid_t>& pids) {
  for (const pid_t pid : pids) {
    rlimit now{};
    if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &now) != 0) continue;
    before_[pid] = now.rlim_cur;
    set_soft_limit(pid, lowest_free(pid));
  }
}

void DescriptorLimits::restore(const std::vector<pid_t>& pids) {
  std::uint64_t most = usual_limit;
  for (const auto& [pid, soft] : before_) most = std::max(most, soft);
  for (const pid_t pid : pids) {
    const auto known = before_.find(pid);
    set_soft_limit(pid, known == before_.end() ? most : known->second);
  }
}

}  // namespace sockrig
