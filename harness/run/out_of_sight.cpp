#include "run/out_of_sight.hpp"

#include <algorithm>

#include "run/proc.hpp"

namespace sockrig {

std::vector<std::string> out_of_sight(const std::vector<pid_t>& pids) {
  std::vector<std::string> out;
  const auto add = [&](std::string what) {
    if (std::ranges::find(out, what) == out.end()) out.push_back(std::move(what));
  };
  for (const pid_t pid : pids) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const std::string maps = read_file(folder + "/maps");
    std::string name = read_file(folder + "/comm");
    if (!name.empty()) name.pop_back();
    bool socket = false, ring = false;
    for (const OpenDescriptor& d : open_descriptors(pid)) {
      socket = socket || d.target.starts_with("socket:");
      ring = ring || d.target == "anon_inode:[io_uring]";
    }
    if (!maps.empty() && socket && maps.find("sockrig-shim") == maps.npos)
      add("'" + name +
          "' runs without the shim: it is a static program, or was started with an environment of its own");
    if (ring) add("'" + name + "' uses io_uring");
  }
  return out;
}

}  // namespace sockrig
