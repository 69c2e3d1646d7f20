// The verbs about how a program is set up and what it is denied: its port, its descriptors.
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>

#include "run/rig.hpp"

namespace sockrig {
namespace {

constexpr std::uint64_t usual_limit = 1024;

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::uint64_t inode_of(const Descriptor& d) {
  struct stat state {};
  return d && ::fstat(d.get(), &state) == 0 ? state.st_ino : 0;
}

std::uint64_t lowest_free(pid_t pid) {
  std::vector<int> taken;
  for (const OpenDescriptor& d : open_descriptors(pid)) taken.push_back(d.fd);
  std::ranges::sort(taken);
  std::uint64_t free = 0;
  for (const int fd : taken) free += static_cast<std::uint64_t>(fd) == free ? 1 : 0;
  return free;
}

// The soft limit only: the hard one is not given back to those who gave it away. What has ended needs none.
void set_soft_limit(pid_t pid, std::uint64_t soft) {
  rlimit now{};
  if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &now) != 0 && errno == ESRCH) return;
  const rlimit wanted{std::min<rlim_t>(soft, now.rlim_max), now.rlim_max};
  if (::prlimit(pid, RLIMIT_NOFILE, &wanted, nullptr) != 0 && errno != ESRCH) check("prlimit", -1);
}

}  // namespace

bool Rig::advance_port(Running& r) {
  if (r.step->verb == StepVerb::port_taken) {
    listeners_ = listen_on_loopback("", port_, 0, 0);
    return r.done = true;
  }
  const std::uint64_t ours[] = {inode_of(listeners_.v4), inode_of(listeners_.v6)};
  for (const KernelSocket& s : listeners()) {
    if (s.local_port != port_ || s.inode == ours[0] || s.inode == ours[1]) continue;
    contradict(r, "port-shared", "it listens on the port that another program has");
    return true;
  }
  return r.done = true;
}

// Where it refuses, and says so, there is nothing more to ask of it: the script is over, and was held to.
bool Rig::begins_or_complains(Running& r, Subject& s) {
  if (s.poll_end() && !s.ending()->by_signal && s.ending()->code != 0) {
    s.read_output();
    if (s.said_something()) {
      record_.steps[r.record].outcome = StepOutcome::met;
      record_.steps[r.record].note = "it " + to_string(*s.ending()) + " and said why";
      return r.done = over_ = true;
    }
  }
  if (s.poll_end() && !(is_server(spec_.role) && listens())) return check_end(r, s);
  // It may listen first and then see that it cannot go on: only once it waits has it begun.
  if (is_server(spec_.role)) return listens() && (r.done = wait_until_idle(r));
  pollfd waiting[] = {{listeners_.v4.get(), POLLIN, 0}, {listeners_.v6.get(), POLLIN, 0}};
  return r.done = ::poll(waiting, 2, 0) > 0;
}

// What should have come, and did not; "" = nothing.
std::string Rig::undelivered() const {
  for (const Endpoint* e : order_) {
    const Channel& c = e->channel;
    if (c.received < c.due)
      return c.name + " got only " + std::to_string(c.received) + " of " + bytes(c.due) + " of what " + c.source +
             " sent";
  }
  return "";
}

// A thread that waits in accept() has its descriptor already, though nobody sees it: that one client is served.
void Rig::limit_descriptors() {
  for (const pid_t pid : subject_pids()) {
    rlimit now{};
    if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &now) != 0) continue;
    descriptor_limits_[pid] = now.rlim_cur;
    set_soft_limit(pid, lowest_free(pid));
  }
}

void Rig::restore_descriptors() {
  std::uint64_t most = usual_limit;
  for (const auto& [pid, soft] : descriptor_limits_) most = std::max(most, soft);
  for (const pid_t pid : subject_pids()) {
    const auto known = descriptor_limits_.find(pid);
    set_soft_limit(pid, known == descriptor_limits_.end() ? most : known->second);  // or it was born in want
  }
}

bool Rig::met_shortage() {
  read_events();
  return std::ranges::any_of(record_.events, [](const CallEvent& e) {
    using wire::Family;
    const Family f = wire::family_of(e.call);
    return (f == Family::socket || f == Family::accept || f == Family::send) && e.result < 0 && is_shortage(e.error);
  });
}

bool Rig::advance_shortage(Running& r, Subject& s) {
  switch (r.step->verb) {
    case StepVerb::runs_out:
      if (!wait_until_idle(r)) return false;
      limit_descriptors();
      return r.done = true;
    case StepVerb::has_again:
      restore_descriptors();
      return r.done = true;
    case StepVerb::rests: {
      const Motion m = look().motion;
      return r.done = m == Motion::standstill || m == Motion::dozing;
    }
    default:
      break;
  }
  const bool over = !s.started() || s.poll_end().has_value();  // asked first: then all its calls are there
  if (met_shortage()) return r.done = true;
  if (!over && !wait_until_idle(r)) return false;
  // Whoever waits while clients are queued to it has no descriptor for them, whether its calls were seen or not.
  const bool queued = !descriptor_limits_.empty() && std::ranges::any_of(sock_diag_.listeners(), [&](const auto& l) {
    return l.local_port == port_ && l.receive_queue > 0;
  });
  if (queued) return r.done = true;
  contradict(r, "not-met", "it made no call that the shortage was about");
  return true;
}

}  // namespace sockrig
