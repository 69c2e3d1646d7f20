// The verbs of the subject and of the kernel: what each does, when it is done, and what contradicts it.
#include <signal.h>

#include <algorithm>

#include "run/garbage.hpp"
#include "run/rig.hpp"

namespace sockrig {
namespace {

// A few pipes and event loops that serve one connection after another are no leak, however late they were made; how
// many they are where they go when the run-time sees fit, nobody can say. A socket or a file belongs to a connection.
bool are_kept_for_later(const ProcessTree& processes, const ProcessTree::Descriptors& before,
                        const ProcessTree::Descriptors& now) {
  constexpr std::int64_t a_few = 16;
  if (now.others > before.others) return false;
  if (now.internal <= before.internal + a_few) return true;
  const std::string collector = garbage_collector(processes.pids());
  return !collector.empty() && collector != "AddressSanitizer";
}

}  // namespace

bool Rig::listens() {
  return std::ranges::any_of(processes_.listeners(sock_diag_),
                             [&](const KernelSocket& s) { return s.local_port == port_; });
}

// One connection more, and the kernel would drop it and try again a second later.
bool Rig::queue_is_full() {
  return std::ranges::any_of(sock_diag_.listeners(), [&](const KernelSocket& s) {
    return s.local_port == port_ && s.receive_queue >= std::max(1u, s.send_queue);
  });
}

// A process that was killed holds its sockets until it is really gone, and its first process may go before others.
bool Rig::killed_are_gone() const {
  return std::ranges::none_of(killed_, [](pid_t pid) { return process_state(pid).has_value(); });
}

// True once, when the subject has been seen waiting.
bool Rig::wait_until_idle(Running& r) {
  r.wants_idle = true;
  if (!r.granted) return false;
  r.wants_idle = r.granted = false;
  return true;
}

bool Rig::check_end(Running& r, Subject& s) {
  if (!s.started() || !s.poll_end()) return false;
  const Ending& e = *s.ending();
  s.read_output();
  const bool said_something = s.said_something();
  const auto wrong = [&](const std::string& wanted) {
    contradict(r, e.by_signal ? "killed-by-signal" : "wrong-exit", "it " + to_string(e) + "; wanted: " + wanted);
  };
  switch (r.step->verb) {
    case StepVerb::exits_zero:
      if (e.by_signal || e.code != 0) wrong("exit status 0");
      break;
    case StepVerb::complains:
    case StepVerb::begins_or_complains:
      if (e.by_signal || e.code == 0)
        wrong("a message and an exit status other than 0");
      else if (!said_something)
        contradict(r, "no-message", "it " + to_string(e) + ", but wrote no message");
      break;
    case StepVerb::exits_or_complains:
      if (e.by_signal) wrong("to end by itself");
      break;
    case StepVerb::delivers_or_complains:
      if (e.by_signal)
        wrong("exit status 0, or a message and another status");
      else if (e.code != 0 && !said_something)
        contradict(r, "no-message", "it " + to_string(e) + ", but wrote no message");
      else if (const std::string lost = undelivered(); e.code == 0 && !lost.empty())
        contradict(r, "lost-silently", "it exited with status 0, although " + lost);
      break;
    default:
      break;
  }
  return r.done = true;
}

// To its first process; to all where that has long ended: a daemon.
void Rig::signal_first(Subject& s, int signal) {
  record_.ended_by_script = true;
  if (s.started() && !s.poll_end())
    send_signal({s.pid()}, signal);
  else
    send_signal(processes_.pids(), signal);
}

void Rig::send_signal(const std::vector<pid_t>& pids, int signal) {
  signal_all(pids, signal);
  journal_.life({.what = LifeEvent::What::signalled, .pid = pids.size() == 1 ? pids.front() : 0, .code = signal});
}

bool Rig::advance_subject(const ScriptLine& line, Running& r) {
  Subject& s = line.actor == ActorKind::second ? second_ : subject_;
  switch (r.step->verb) {
    case StepVerb::restart:
    case StepVerb::start:  // in a second round it was started before
      if (s.started() && !s.poll_end()) return false;
      if (!killed_are_gone()) return false;
      killed_.clear();
      s.start(options_);
      return r.done = true;
    case StepVerb::stop:
      if (std::exchange(r.signalled, true))
        signal_all(processes_.pids(), SIGSTOP);  // those that were born meanwhile
      else
        send_signal(processes_.pids(), SIGSTOP);
      return r.done = processes_.are_stopped();  // a signal that was sent has not always arrived
    case StepVerb::resume:
      send_signal(processes_.pids(), SIGCONT);
      return r.done = true;
    case StepVerb::kill:
      record_.ended_by_script = true;
      killed_ = processes_.pids();
      send_signal(killed_, SIGKILL);
      return r.done = true;
    case StepVerb::terminate:
      signal_first(s, SIGTERM);
      return r.done = true;
    case StepVerb::listens:
      if (!listens()) {
        r.wants_idle = false;
        return false;
      }
      if (measures_memory_) memory_before_ = processes_.memory();
      if (looks_for_children_) processes_before_ = processes_.pids();
      return r.done = true;
    case StepVerb::waits:
      if (!wait_until_idle(r)) return false;
      if (looks_for_children_) processes_before_ = processes_.pids();
      return r.done = true;
    case StepVerb::lives:
      if (!wait_until_idle(r)) return false;
      // A first process that ended well may have left a daemon behind: what counts is that somebody listens.
      if (s.poll_end() && (s.ending()->by_signal || s.ending()->code != 0 || !is_server(spec_.role) || !listens()))
        contradict(r, s.ending()->by_signal ? "killed-by-signal" : "ended",
                   "it " + to_string(*s.ending()) + ", and should have gone on");
      return r.done = true;
    case StepVerb::exits:
      return killed_are_gone() && check_end(r, s);
    case StepVerb::exits_zero:
    case StepVerb::complains:
    case StepVerb::exits_or_complains:
      return check_end(r, s);
    case StepVerb::count_descriptors:
      if (!wait_until_idle(r)) return false;
      descriptors_before_ = processes_.descriptors();
      return r.done = true;
    case StepVerb::keeps_descriptors: {
      if (!wait_until_idle(r)) return false;
      const ProcessTree::Descriptors before = descriptors_before_, now = processes_.descriptors();
      journal_.fact("descriptors before", before.all());
      journal_.fact("descriptors after", now.all());
      if (now.all() <= before.all() || are_kept_for_later(processes_, before, now)) return r.done = true;
      if (look().motion != Motion::standstill) return false;  // it may still close some
      contradict(
          r, "descriptors-leaked",
          "it has " + std::to_string(now.all()) + " descriptors open, " + std::to_string(before.all()) + " before");
      return true;
    }
    case StepVerb::memory_under: {
      const std::uint64_t peak = processes_.peak_memory(), grown = peak > memory_before_ ? peak - memory_before_ : 0;
      journal_.fact("memory grown", static_cast<std::int64_t>(grown));
      if (grown <= r.step->bytes) return r.done = true;
      const std::string collector = garbage_collector(processes_.pids());
      const std::uint64_t held = collector.empty() ? 0 : held_by_subject();
      const bool keeps_it = held > r.step->bytes;
      if (!collector.empty() && !keeps_it) {
        record_.steps[r.record].note = "not judged: its run-time (" + collector + ") frees memory when it sees fit";
        return r.done = true;
      }
      contradict(r, "memory-grows",
                 (keeps_it ? "it took " + bytes(held) + " that it has not passed on, and " : std::string()) +
                     "its memory grew by " + bytes(grown) + "; " + bytes(r.step->bytes) + " were allowed");
      return true;
    }
    case StepVerb::meets_dead: {
      const bool over = !s.started() || s.poll_end().has_value();  // asked first: then all its calls are there
      if (met_dead_connection()) return r.done = true;
      if (!over && !wait_until_idle(r)) return false;
      if (died_in_send()) return r.done = true;
      contradict(r, "not-met", "it was not seen to send on the connection whose other side was gone");
      return true;
    }
    case StepVerb::is_held:
    case StepVerb::is_released:
      return advance_hold(r);
    case StepVerb::begins_or_complains:
      return begins_or_complains(r, s);
    case StepVerb::delivers_or_complains:
      return check_end(r, s);
    case StepVerb::runs_out:
    case StepVerb::has_again:
    case StepVerb::meets_shortage:
    case StepVerb::rests:
      return advance_shortage(r, s);
    case StepVerb::meets_refusal:
    case StepVerb::tries_again:
    case StepVerb::uses_new_socket:
      return advance_attempts(r, s);
    case StepVerb::holds_no_dead:
      return advance_dead_sockets(r);
    case StepVerb::frees_results:
      return advance_results(r, s);
    default:
      return advance_life(r, s);
  }
}

// What it took from us and must pass on, and did not; less what lies in the kernel's queues.
std::uint64_t Rig::held_by_subject() {
  if (spec_.role != Role::echo_server && spec_.role != Role::client) return 0;
  std::uint64_t taken = 0, given = 0;
  for (const Endpoint* e : order_) {
    taken += e->channel.sent;
    given += e->channel.received;
  }
  for (const KernelSocket& s : sock_diag_.alive()) {
    if (s.state != TcpState::listen) given += std::uint64_t{s.receive_queue} + s.send_queue;
  }
  return taken > given ? taken - given : 0;
}

bool Rig::met_dead_connection() {
  read_events();
  const bool met = std::ranges::any_of(record_.events, [](const CallEvent& e) {
    return wire::family_of(e.call) == wire::Family::send && e.result < 0 && (e.error == EPIPE || e.error == ECONNRESET);
  });
  if (met) return true;
  // A process that was let go there and is gone since has died of it: it wrote down nothing more. A child for that one
  // connection may; a worker that others need may not.
  const bool worker = std::ranges::any_of(record_.events, [&](const CallEvent& e) {
    return wire::family_of(e.call) == wire::Family::accept && e.result >= 0 && e.pid == region_.held_process();
  });
  if (released_on_dead_ && !worker && !holder_lives()) return true;
  // A reset may be seen by who receives before anybody sends. How the sends were made tells as much.
  bool sent = false;
  for (const wire::Socket& s : region_.sockets()) {
    if (s.send_calls.load() == 0) continue;
    if ((s.flags.load() & wire::socket_sigpipe_kills) != 0) return false;
    sent = true;
  }
  return sent;
}

// A child of it began a send that never returned, and none of those that live is in one: SIGPIPE ended it there. Who
// had accepted the connection lives.
bool Rig::died_in_send() {
  const std::set<std::int32_t> alive = processes_.alive_within();
  const bool begun = std::ranges::any_of(seen_sockets(), [&](const SocketRecord& s) {
    return s.inside != wire::Call::count && wire::family_of(s.inside) == wire::Family::send && alive.contains(s.pid);
  });
  return begun && std::ranges::none_of(look().threads,
                                       [](const Waiting& w) { return w.local_port != 0 && is_send_call(w.call); });
}

bool Rig::advance_kernel(Running& r) {
  if (r.step->verb == StepVerb::counter_rises) {
    const std::int64_t risen = network_counter(r.step->name).value_or(0) - counters_before_[r.step->name];
    journal_.fact(r.step->name, risen);
    if (risen > 0) return r.done = true;
  } else {
    const std::vector<KernelSocket> sockets = sock_diag_.list();
    const auto rows = std::ranges::count_if(
        sockets, [&](const KernelSocket& s) { return s.state == TcpState::time_wait && s.local_port == port_; });
    journal_.fact("TIME_WAIT rows", rows);
    if (rows > 0) return r.done = true;
  }
  if (!wait_until_idle(r)) return false;
  contradict(r, "no-evidence", "the kernel did not show it");
  return true;
}

}  // namespace sockrig
