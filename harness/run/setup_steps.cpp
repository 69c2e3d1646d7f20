// The verbs about how a program is set up and what it is denied: its port, its descriptors.
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>

#include "run/rig.hpp"

namespace sockrig {
namespace {

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::uint64_t inode_of(const Descriptor& d) {
  struct stat state {};
  return d && ::fstat(d.get(), &state) == 0 ? state.st_ino : 0;
}

}  // namespace

bool Rig::advance_port(Running& r) {
  if (r.step->verb == StepVerb::port_taken) {
    listeners_ = listen_on_loopback("", port_, 0, 0);
    return r.done = true;
  }
  const std::uint64_t ours[] = {inode_of(listeners_.v4), inode_of(listeners_.v6)};
  for (const KernelSocket& s : processes_.listeners(sock_diag_)) {
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
      descriptor_limits_.use_up(processes_.pids());
      return r.done = true;
    case StepVerb::has_again:
      descriptor_limits_.restore(processes_.pids());
      return r.done = true;
    case StepVerb::rests:
      return r.done = StandstillDetector::at_rest([this] { return processes_.pids(); });
    default:
      break;
  }
  const bool over = !s.started() || s.poll_end().has_value();  // asked first: then all its calls are there
  if (met_shortage()) return r.done = true;
  if (!over && !wait_until_idle(r)) return false;
  // Whoever waits while clients are queued to it has no descriptor for them, whether its calls were seen or not.
  const bool queued = descriptor_limits_.were_lowered() &&
                      std::ranges::any_of(sock_diag_.listeners(),
                                          [&](const auto& l) { return l.local_port == port_ && l.receive_queue > 0; });
  if (queued) return r.done = true;
  contradict(r, "not-met", "it made no call that the shortage was about");
  return true;
}

}  // namespace sockrig
