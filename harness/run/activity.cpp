#include "run/activity.hpp"

#include <algorithm>

namespace sockrig {
namespace {

constexpr double spinning_seconds = 3;         // of processor time without a byte moved
constexpr double starting_seconds = 20;        // of processor time before it listens or connects
constexpr std::uint32_t spinning_ends = 1000;  // receives that returned 0, likewise
constexpr std::uint64_t wakeups_enough = 3;    // a timed wait that came back so often to the same call is a wait

}  // namespace

std::optional<bool> came_back(const Look& look, Switches& first) {
  bool all = look.attentive;
  for (const Waiting& w : look.threads) {
    if (!w.timed) continue;
    const std::optional<ProcessState> p = process_state(w.pid);
    if (!p) return std::nullopt;
    for (const ThreadState& t : p->threads) {
      if (t.tid != w.tid) continue;
      const auto [seen, is_new] = first.try_emplace(t.tid, t.switches);
      all = all && t.switches >= seen->second + wakeups_enough;
    }
  }
  return all;
}

void Activity::note() {
  last_ = std::chrono::steady_clock::now();
  cpu_ = -1;
  ends_.clear();
  switches_.clear();
}

bool Activity::spins(const std::vector<pid_t>& pids, std::span<const wire::Socket> sockets,
                     const std::vector<KernelSocket>& queues, bool starting) {
  double cpu = 0;
  for (const pid_t pid : pids) cpu += cpu_seconds(pid);
  if (cpu_ < 0) cpu_ = cpu;
  const bool first = ends_.empty();
  ends_.resize(std::max(ends_.size(), sockets.size()), 0);
  // Bytes that it moves into the kernel's queues are movement, too, though nobody reads them yet.
  bool many_ends = false;
  std::uint64_t moved = 0;
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    const std::uint32_t ends = sockets[i].ends.load();
    if (first) ends_[i] = ends;
    many_ends = many_ends || ends > ends_[i] + spinning_ends;
    moved += sockets[i].sent.load() + sockets[i].received.load();
  }
  for (const KernelSocket& s : queues) {
    // An attempt to connect has something in its queue, too, and moves nothing.
    const bool carries = s.state == TcpState::established || s.state == TcpState::close_wait ||
                         s.state == TcpState::fin_wait1 || s.state == TcpState::fin_wait2 ||
                         s.state == TcpState::last_ack || s.state == TcpState::closing;
    if (!carries || s.receive_queue + s.send_queue == 0) continue;
    const std::uint64_t ports = std::uint64_t{s.local_port} << 16 | s.remote_port;
    moved += wire::mix(ports << 32 | s.receive_queue) + wire::mix(~ports << 32 | s.send_queue);
  }
  if (moved != moved_) cpu_ = cpu;
  moved_ = moved;
  return many_ends || cpu - cpu_ > (starting ? starting_seconds : spinning_seconds);
}

}  // namespace sockrig
