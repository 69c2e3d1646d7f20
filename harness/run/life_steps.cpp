// What becomes of the subject: how it stops and what it leaves behind; and the queue of the peer's own listener.
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "run/garbage.hpp"
#include "run/rig.hpp"

namespace sockrig {

bool Rig::advance_life(Running& r, Subject& s) {
  switch (r.step->verb) {
    case StepVerb::kill_first:
      record_.ended_by_script = true;
      // The first that listens: what was started may be a wrapper that waits for it.
      if (const pid_t server = processes_.listener_on(port_, sock_diag_); server > 0)
        send_signal({server}, SIGKILL);
      else if (s.started() && !s.poll_end())
        send_signal({s.pid()}, SIGKILL);
      return r.done = true;
    case StepVerb::told_to_stop:
      return tell_to_stop(r, s);
    case StepVerb::releases_port:
      return release_port(r);
    case StepVerb::makes_children:
      return find_child(r);
    case StepVerb::has_no_zombies:
      return find_zombies(r);
    case StepVerb::frees_memory:
      if (const std::string collector = garbage_collector(processes_.pids()); !collector.empty()) {
        contradict(r, "not-met", "its run-time (" + collector + ") frees memory when it sees fit");
        return true;
      }
      return r.done = true;
    case StepVerb::count_memory:
      if (!wait_until_idle(r)) return false;
      counted_memory_ = processes_.memory();
      return r.done = true;
    case StepVerb::memory_grows:
      return compare_memory(r);
    case StepVerb::closes_once:
      return count_closes(r, s);
    default:
      throw std::logic_error("a step that no subject has: " + r.step->text);
  }
}

bool Rig::tell_to_stop(Running& r, Subject& s) {
  const std::optional<StopOrder> order = parse_stop(spec_.stop);
  if (!order) throw std::logic_error("told to stop, and not how");  // the plan skips such a run
  record_.ended_by_script = true;
  if (order->signal == 0) {
    const std::string line = order->line + "\n";
    // A program that has closed its standard input does not hear it; then it will not end.
    (void)!::write(s.standard_input(), line.data(), line.size());
    journal_.life({.what = LifeEvent::What::told, .pid = s.pid()});
  } else {
    signal_first(s, order->signal);
  }
  return r.done = true;
}

bool Rig::release_port(Running& r) {
  if (!listens()) return r.done = true;
  if (!wait_until_idle(r)) return false;
  const bool first_ended = subject_.ending().has_value();
  contradict(r, "port-kept",
             first_ended ? "a child of it still listens on port " + std::to_string(port_) +
                               ": whoever does not accept must close the listener"
                         : "it still listens on port " + std::to_string(port_));
  return true;
}

bool Rig::find_child(Running& r) {
  const auto is_new = [&](pid_t pid) {
    return std::ranges::find(processes_before_, pid) == processes_before_.end() && process_state(pid).has_value();
  };
  // One that is about to end serves nobody any more.
  if (!wait_until_idle(r)) return false;
  if (std::ranges::any_of(processes_.pids(), is_new)) return r.done = true;
  contradict(r, "not-met", "no child process of it serves this connection");
  return true;
}

std::int64_t Rig::zombies() const {
  // Orphans are not its own to wait for.
  const std::vector<pid_t> pids = processes_.pids();
  return std::ranges::count_if(pids, [&](pid_t pid) {
    const auto [state, parent] = state_and_parent(pid);
    return state == 'Z' && std::ranges::find(pids, parent) != pids.end();
  });
}

std::string Rig::left_as_zombies(std::int64_t n) {
  return std::to_string(n) + (n == 1 ? " child of it has" : " children of it have") + " ended and not been waited for";
}

bool Rig::find_zombies(Running& r) {
  if (!wait_until_idle(r)) return false;
  const std::int64_t left = zombies();
  journal_.fact("zombies", left);
  if (left == 0) return r.done = true;
  const Look l = look();
  // Some wait for their children now and then, by a timer.
  if (l.motion == Motion::dozing && !came_back(l, switches_at_zombies_).value_or(false)) return false;
  if (l.motion == Motion::moving) return false;
  contradict(r, "zombies", left_as_zombies(left));
  return true;
}

bool Rig::compare_memory(Running& r) {
  if (!wait_until_idle(r)) return false;
  const std::uint64_t now = processes_.memory(), grown = now > counted_memory_ ? now - counted_memory_ : 0;
  journal_.fact("memory counted", static_cast<std::int64_t>(counted_memory_));
  journal_.fact("memory grown", static_cast<std::int64_t>(grown));
  if (grown > r.step->bytes)
    contradict(
        r, "memory-grows",
        "its memory grew by " + bytes(grown) + " since it was counted; " + bytes(r.step->bytes) + " were allowed");
  return r.done = true;
}

bool Rig::count_closes(Running& r, const Subject& s) {
  const bool over = s.ending().has_value() && processes_.pids().empty();
  if (!over && !wait_until_idle(r)) return false;
  const std::int64_t twice = region_.memory().closed_twice.load();
  if (twice <= 0) return r.done = true;
  contradict(r, "closed-twice",
             "close() was called " + std::to_string(twice) + (twice == 1 ? " time" : " times") +
                 " on a number that was closed already: in between it may have been given to another connection");
  return true;
}

bool Rig::advance_queue(Running& r) {
  switch (r.step->verb) {
    case StepVerb::queue_fills:
      full_queue_.fill(listeners_, port_, sock_diag_);
      return r.done = true;
    case StepVerb::queue_turns_away:
      journal_.fact("ListenOverflows", full_queue_.turned_away());
      if (full_queue_.turned_away() > 0) return r.done = true;
      if (!wait_until_idle(r)) return false;
      contradict(r, "no-evidence", "the kernel did not turn the client away");
      return true;
    case StepVerb::queue_turns_away_again:
      journal_.fact("ListenOverflows", full_queue_.turned_away());
      r.done = full_queue_.turned_away() > 1 || subject_.poll_end();
      return r.done;
    case StepVerb::queue_drains:
      full_queue_.drain(listeners_);
      return r.done = true;
    default:
      throw std::logic_error("a step that no queue has: " + r.step->text);
  }
}

// The client was turned away and waits; the kernel will repeat its request by itself.
bool Rig::kernel_tries_again(const Look& l) const {
  const bool awaited = std::ranges::any_of(tasks_, [](const Task& t) {
    return std::ranges::any_of(
        t.running, [](const Running& r) { return !r.done && r.step->verb == StepVerb::queue_turns_away_again; });
  });
  return awaited && std::ranges::any_of(l.sockets, [&](const KernelSocket& s) {
           return s.state == TcpState::syn_sent && s.remote_port == port_;
         });
}

}  // namespace sockrig
