#include "run/process_tree.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "run/proc.hpp"

namespace sockrig {
namespace {

// As a link in /proc/PID/fd names it.
std::string link_of(const KernelSocket& s) {
  return "socket:[" + std::to_string(s.inode) + "]";
}

template <class Measure>
auto sum_over(const std::vector<pid_t>& pids, Measure measure) {
  decltype(measure(pid_t{})) sum = 0;
  for (const pid_t pid : pids) sum += measure(pid);
  return sum;
}

}  // namespace

std::vector<pid_t> ProcessTree::pids() const {
  std::vector<pid_t> out = descendants(::getpid());
  std::erase(out, world_init_);
  return out;
}

std::set<std::int32_t> ProcessTree::alive_within() const {
  std::set<std::int32_t> out;
  for (const pid_t pid : pids()) {
    if (process_state(pid)) out.insert(pid_within(pid));
  }
  return out;
}

bool ProcessTree::are_stopped() const {
  // Whoever waits for the child of its vfork() cannot stop before that child goes on: with the child it is stopped,
  // too.
  constexpr auto is_stopped = [](const ThreadState& t) { return t.state == 'T'; };
  std::set<pid_t> with_stopped_child;
  const std::vector<pid_t> all = pids();
  return std::all_of(all.rbegin(), all.rend(), [&](pid_t pid) {  // children before parents
    const std::optional<ProcessState> p = process_state(pid);
    const bool stopped = !p || std::ranges::all_of(p->threads, [&](const ThreadState& t) {
      return is_stopped(t) || (t.state == 'D' && with_stopped_child.contains(pid));
    });
    if (p && stopped) with_stopped_child.insert(state_and_parent(pid).second);
    return stopped;
  });
}

ProcessTree::Descriptors ProcessTree::descriptors() const {
  Descriptors out;
  for (const pid_t pid : pids()) {
    for (const OpenDescriptor& d : open_descriptors(pid)) {
      const bool internal = d.target.starts_with("pipe:[") || d.target == "anon_inode:[eventpoll]" ||
                            d.target.starts_with("anon_inode:[eventfd");
      ++(internal ? out.internal : out.others);
    }
  }
  return out;
}

std::uint64_t ProcessTree::memory() const {
  return sum_over(pids(), resident_bytes);
}

std::uint64_t ProcessTree::peak_memory() const {
  return sum_over(pids(), peak_resident_bytes);
}

std::uint64_t ProcessTree::proportional_memory() const {
  return sum_over(pids(), proportional_bytes);
}

std::vector<KernelSocket> ProcessTree::listeners(SockDiag& sock_diag) const {
  std::vector<KernelSocket> all = sock_diag.listeners();
  if (world_init_ > 0) return all;
  std::set<std::string> held;
  for (const pid_t pid : pids()) {
    for (OpenDescriptor& d : open_descriptors(pid)) held.insert(std::move(d.target));
  }
  std::erase_if(all, [&](const KernelSocket& s) { return !held.contains(link_of(s)); });
  return all;
}

pid_t ProcessTree::listener_on(std::uint16_t port, SockDiag& sock_diag) const {
  std::set<std::string> links;
  for (const KernelSocket& s : sock_diag.listeners()) {
    if (s.local_port == port) links.insert(link_of(s));
  }
  for (const pid_t pid : pids()) {
    const auto listens = [&](const OpenDescriptor& d) { return links.contains(d.target); };
    if (std::ranges::any_of(open_descriptors(pid), listens)) return pid;
  }
  return 0;
}

std::size_t ProcessTree::dead_sockets(SockDiag& sock_diag) const {
  std::set<std::string> listed;
  for (const KernelSocket& s : sock_diag.alive()) listed.insert(link_of(s));
  std::set<std::string> dead;  // two processes may share one
  for (const pid_t pid : pids()) {
    for (const OpenDescriptor& d : open_descriptors(pid)) {
      if (!d.target.starts_with("socket:[") || listed.contains(d.target)) continue;
      if (socket_protocol(pid, d.fd).starts_with("TCP")) dead.insert(d.target);
    }
  }
  return dead.size();
}

}  // namespace sockrig
