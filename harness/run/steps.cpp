// The verbs of a script, one after the other: what each does, when it is done, and what contradicts it.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>

#include "run/rig.hpp"

namespace sockrig {
namespace {

constexpr std::size_t slow_bite = 256 << 10;     // what a slow reader takes at a time
constexpr std::uint64_t echo_buffer = 64 << 10;  // what an echoing peer holds
constexpr std::size_t window_enough = 2048;      // wrong bytes that suffice for a diagnosis
constexpr std::uint64_t endless = 256 << 20;     // lines after which "receive end" does not believe in an end

std::string bytes(std::uint64_t n) {
  return std::to_string(n) + (n == 1 ? " byte" : " bytes");
}

}  // namespace

Endpoint& Rig::endpoint_of(const ScriptLine& line, std::uint32_t number) {
  std::unique_ptr<Endpoint>& e = endpoints_[{line.name, number}];
  if (!e) {
    e = std::make_unique<Endpoint>();
    e->channel.name = line.count > 1 ? line.name + "[" + std::to_string(number + 1) + "]" : line.name;
    e->channel.outgoing = make_stream(seed_, line.name, number, Payload::text);
    order_.push_back(e.get());
  }
  if (line.actor == ActorKind::standard_input) e->output = subject_.standard_input();
  if (line.actor == ActorKind::standard_output) e->input = subject_.standard_output();
  return *e;
}

// Whose bytes "receive NAME" means.
Endpoint* Rig::source(const std::string& name, Endpoint& self) {
  if (name == "echo") return &self;
  if (!name.empty()) {
    const auto found = endpoints_.find({name, 0});
    return found == endpoints_.end() ? nullptr : found->second.get();
  }
  if (is_server(spec_.role)) return spec_.role == Role::echo_server ? &self : nullptr;
  // A client copies: what a connection receives is its input, what it prints is what the first connection sent.
  for (Endpoint* e : order_) {
    const bool is_stdio = e->channel.name == "stdin" || e->channel.name == "stdout";
    if (self.channel.name == "stdout" ? !is_stdio : e->channel.name == "stdin") return e;
  }
  return nullptr;
}

// Plans a step: how far it goes is settled when its line begins, even if an earlier step still holds the direction.
void Rig::begin(Task&, Running& r) {
  StepRecord& record = record_.steps[r.record];
  if (record.outcome == StepOutcome::not_reached) record.outcome = StepOutcome::begun;
  r.wants_idle = r.step->once_idle;
  if (r.endpoint == nullptr) return;
  Channel& c = r.endpoint->channel;
  const auto expect = [&](const std::string& name) -> Endpoint* {
    Endpoint* from = source(name, *r.endpoint);
    if (from != nullptr && c.source.empty()) {
      c.source = from->channel.name;
      c.expected = from->channel.outgoing;
    }
    return from;
  };
  switch (r.step->verb) {
    case StepVerb::send:
    case StepVerb::send_up_to:
      if (c.planned == 0) c.outgoing.kind = r.step->payload;
      r.piece_end = c.planned;
      c.planned += r.step->bytes;
      r.target = c.planned;
      break;
    case StepVerb::receive:
      expect("");
      r.target = c.due += r.step->bytes;
      break;
    case StepVerb::receive_lines:
      c.lines = true;
      r.target = c.due += r.step->bytes;
      break;
    case StepVerb::receive_echo:
    case StepVerb::receive_from:
      if (Endpoint* from = expect(r.step->verb == StepVerb::receive_echo ? "echo" : r.step->name))
        c.due = from->channel.planned;
      r.target = c.due;
      break;
    case StepVerb::echo:
      if (Endpoint* from = expect(r.step->name)) {
        c.due = c.planned = from->channel.planned;
        c.outgoing = from->channel.outgoing;
      }
      r.target = c.due;
      break;
    case StepVerb::vanish:
      r.target = c.sent + c.received + 1 + wire::mix(c.outgoing.key) % std::max<std::uint64_t>(r.step->bytes, 1);
      break;
    default:
      break;
  }
}

bool Rig::advance(Task& task, Running& r) {
  if (r.step->once_idle && !r.begun) {
    if (!r.granted) return false;
    r.wants_idle = r.granted = false;
  }
  r.begun = true;
  switch (task.line->actor) {
    case ActorKind::subject:
    case ActorKind::second:
      return advance_subject(*task.line, r);
    case ActorKind::kernel:
      return advance_kernel(r);
    default:
      return advance_connection(task, r);
  }
}

bool Rig::advance_connection(Task& task, Running& r) {
  Endpoint& e = *r.endpoint;
  if (task.line->actor == ActorKind::standard_input) e.output = subject_.standard_input();
  if (task.line->actor == ActorKind::standard_output) e.input = subject_.standard_output();
  switch (r.step->verb) {
    case StepVerb::connect:
      return advance_connect(r);
    case StepVerb::accept:
      return r.done = accept_into(listeners_, e);
    case StepVerb::send:
    case StepVerb::send_up_to:
      return advance_send(r);
    case StepVerb::receive:
    case StepVerb::receive_echo:
    case StepVerb::receive_from:
    case StepVerb::receive_lines:
      return advance_receive(r);
    case StepVerb::receive_end:
      return advance_receive_end(r);
    case StepVerb::echo:
      return advance_echo(r);
    case StepVerb::vanish:
      return advance_vanish(task, r);
    case StepVerb::shutdown_write:
      ::shutdown(e.socket.get(), SHUT_WR);
      e.channel.shut = true;
      return r.done = true;
    case StepVerb::end:
      subject_.close_standard_input();
      e.output = -1;
      e.channel.shut = true;
      return r.done = true;
    case StepVerb::close:
      close_in_peace(e);
      return r.done = true;
    case StepVerb::reset:
      reset(e);
      return r.done = true;
    default:
      throw std::logic_error("a step that no connection has: " + r.step->text);
  }
}

bool Rig::advance_connect(Running& r) {
  Endpoint& e = *r.endpoint;
  if (!e.socket) {
    if (hold_back_ && queue_is_full()) return false;
    begin_connect(e, port_, scenario_.receive_buffer, scenario_.send_buffer);
    return true;
  }
  pollfd writable{e.socket.get(), POLLOUT, 0};
  if (::poll(&writable, 1, 0) <= 0) return false;
  const std::string problem = finish_connect(e);
  if (problem.empty()) return r.done = true;
  contradict(r, "connect-failed", e.channel.name + " could not connect to the server: " + problem);
  return true;
}

bool Rig::advance_send(Running& r) {
  Endpoint& e = *r.endpoint;
  Channel& c = e.channel;
  const bool open_ended = r.step->verb == StepVerb::send_up_to;
  const auto finish = [&] {
    c.planned -= r.target - c.sent;  // what follows counts from what was really sent
    return r.done = true;
  };
  if (c.sent >= r.target) return r.done = true;
  if (r.step->piece != 0 && c.sent == r.piece_end) {
    r.wants_idle = true;
    if (!r.granted) return false;
    r.wants_idle = r.granted = false;
    r.piece_end = std::min(r.target, r.piece_end + r.step->piece);
  }
  if (e.output < 0 && c.name == "stdin") {
    if (open_ended) return finish();
    contradict(r, "input-closed", "its standard input is closed");
    return true;
  }
  switch (e.send_until(r.step->piece != 0 ? r.piece_end : r.target, r.step->dribbling)) {
    case Moved::something:
      note_progress();
      r.done = c.sent >= r.target;
      r.wants_idle = r.granted = false;
      return true;
    case Moved::refused:
      if (open_ended) return finish();
      contradict(r, c.name == "stdin" ? "input-closed" : "reset",
                 "the program no longer takes what " + c.name + " sends: " + bytes(c.sent) + " of " +
                     std::to_string(r.target) + " went out");
      return true;
    case Moved::nothing:
      break;
  }
  if (!open_ended) return false;
  r.wants_idle = true;  // full: done as soon as the subject is shown to take no more
  return r.granted ? finish() : false;
}

bool Rig::advance_receive(Running& r) {
  Endpoint& e = *r.endpoint;
  Channel& c = e.channel;
  if (c.differs_at && (c.window.size() >= window_enough || c.ended != Ended::no || r.granted)) {
    contradict(r, "wrong-bytes", c.name + " got a wrong byte at offset " + std::to_string(*c.differs_at));
    return true;
  }
  if (c.received >= r.target && !c.differs_at) return r.done = true;
  if (c.ended != Ended::no) {
    const std::string so_far = "after " + bytes(c.received) + " of " + std::to_string(r.target);
    if (c.ended == Ended::reset)
      contradict(r, "reset", c.name + " was reset " + so_far);
    else
      contradict(r, "ended-early", "the stream to " + c.name + " ended " + so_far);
    return true;
  }
  std::size_t most =
      c.differs_at ? window_enough : static_cast<std::size_t>(std::min<std::uint64_t>(r.target - c.received, 1 << 20));
  if (r.step->slowly && !c.differs_at) {
    r.wants_idle = true;
    if (!r.granted) return false;
    most = std::min(most, slow_bite);
  }
  const Moved moved = e.receive(most);
  if (moved == Moved::something) {
    note_progress();
    r.wants_idle = r.granted = false;
    if (c.received >= r.target && !c.differs_at) r.done = true;
    return true;
  }
  r.wants_idle = c.differs_at.has_value();   // a little more of the wrong bytes may come
  if (r.step->slowly) r.wants_idle = false;  // nothing there: wait for it like anybody else
  r.granted = false;
  return false;
}

bool Rig::advance_receive_end(Running& r) {
  Endpoint& e = *r.endpoint;
  Channel& c = e.channel;
  if (c.ended == Ended::end && !c.differs_at && (c.lines || c.received <= c.due)) return r.done = true;
  if (c.ended == Ended::reset) {
    contradict(r, "reset", c.name + " was reset where its stream should have ended");
    return true;
  }
  const bool extra = c.differs_at || (!c.lines && c.received > c.due) || c.received > c.due + endless;
  if (extra && (c.ended != Ended::no || c.window.size() >= window_enough || r.granted || !c.differs_at)) {
    contradict(r, "unexpected-bytes",
               c.name + " got bytes after offset " + std::to_string(c.due) + ", where its stream should have ended");
    return true;
  }
  const Moved moved = e.receive(window_enough);
  if (moved == Moved::something) {
    note_progress();
    return true;
  }
  r.wants_idle = extra;
  return false;
}

// An echo server of the simple kind: while it cannot send it does not receive.
bool Rig::advance_echo(Running& r) {
  Endpoint& e = *r.endpoint;
  Channel& c = e.channel;
  bool moved = false;
  if (c.sent == c.received || c.differs_at || c.ended != Ended::no) {
    Running receiving = r;
    receiving.target = std::min(r.target, c.sent + echo_buffer);
    if (c.received < r.target) moved = advance_receive(receiving);
  }
  if (over_) return true;
  if (c.sent < c.received && e.send_until(c.received) == Moved::something) {
    note_progress();
    moved = true;
  }
  r.done = c.sent >= r.target;
  return moved || r.done;
}

bool Rig::advance_vanish(Task& task, Running& r) {
  Endpoint& e = *r.endpoint;
  const bool others_done = std::ranges::all_of(task.running, [&](const Running& o) { return o.done || &o == &r; });
  if (e.channel.sent + e.channel.received < r.target && !others_done) return false;
  if (e.socket) {
    if ((wire::mix(e.channel.outgoing.key + 1) & 1) != 0)
      reset(e);
    else
      e.socket.reset();
  }
  e.input = e.output = -1;
  e.channel.shut = true;
  for (Running& o : task.running) {
    o.done = true;
    record_.steps[o.record].outcome = StepOutcome::met;
  }
  return true;
}

bool Rig::listens() {
  const std::vector<std::string> held = world_init_ > 0 ? std::vector<std::string>{} : held_by_subject();
  return std::ranges::any_of(sock_diag_.list(), [&](const KernelSocket& s) {
    return s.state == TcpState::listen && s.local_port == port_ && is_theirs(s, held);
  });
}

// One connection more, and the kernel would drop it and try again a second later.
bool Rig::queue_is_full() {
  return std::ranges::any_of(sock_diag_.list(), [&](const KernelSocket& s) {
    return s.state == TcpState::listen && s.local_port == port_ && s.receive_queue >= std::max(1u, s.send_queue);
  });
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
      if (e.by_signal || e.code == 0)
        wrong("a message and an exit status other than 0");
      else if (!said_something)
        contradict(r, "no-message", "it " + to_string(e) + ", but wrote no message");
      break;
    case StepVerb::exits_or_complains:
      if (e.by_signal) wrong("to end by itself");
      break;
    default:
      break;
  }
  return r.done = true;
}

bool Rig::advance_subject(const ScriptLine& line, Running& r) {
  Subject& s = line.actor == ActorKind::second ? second_ : subject_;
  switch (r.step->verb) {
    case StepVerb::restart:
      if (s.started() && !s.poll_end()) return false;
      [[fallthrough]];
    case StepVerb::start:
      s.start(options_);
      return r.done = true;
    case StepVerb::stop:
      signal_all(subject_pids(), SIGSTOP);
      return r.done = true;
    case StepVerb::resume:
      signal_all(subject_pids(), SIGCONT);
      return r.done = true;
    case StepVerb::kill:
      record_.ended_by_script = true;
      signal_all(subject_pids(), SIGKILL);
      return r.done = true;
    case StepVerb::terminate:
      record_.ended_by_script = true;
      if (s.started() && !s.poll_end())
        ::kill(s.pid(), SIGTERM);
      else
        signal_all(subject_pids(), SIGTERM);  // a daemon: its first process has long ended
      return r.done = true;
    case StepVerb::listens:
      if (!listens()) {
        r.wants_idle = false;
        return false;
      }
      memory_before_ = memory(false);
      return r.done = true;
    case StepVerb::waits:
      return r.done = wait_until_idle(r);
    case StepVerb::lives:
      if (!wait_until_idle(r)) return false;
      // A first process that ended well may have left a daemon behind: what counts is that somebody listens.
      if (s.poll_end() && (s.ending()->by_signal || s.ending()->code != 0 || !is_server(spec_.role) || !listens()))
        contradict(r, s.ending()->by_signal ? "killed-by-signal" : "ended",
                   "it " + to_string(*s.ending()) + ", and should have gone on");
      return r.done = true;
    case StepVerb::exits:
    case StepVerb::exits_zero:
    case StepVerb::complains:
    case StepVerb::exits_or_complains:
      return check_end(r, s);
    case StepVerb::count_descriptors:
      if (!wait_until_idle(r)) return false;
      descriptors_before_ = descriptors();
      return r.done = true;
    case StepVerb::keeps_descriptors: {
      if (!wait_until_idle(r)) return false;
      const std::int64_t now = descriptors();
      record_.kernel["descriptors before"] = descriptors_before_;
      record_.kernel["descriptors after"] = now;
      if (now <= descriptors_before_) return r.done = true;
      if (look().motion != Motion::standstill) return false;  // it may still close some
      contradict(
          r, "descriptors-leaked",
          "it has " + std::to_string(now) + " descriptors open, " + std::to_string(descriptors_before_) + " before");
      return true;
    }
    case StepVerb::memory_under: {
      const std::uint64_t peak = memory(true), grown = peak > memory_before_ ? peak - memory_before_ : 0;
      record_.kernel["memory grown"] = static_cast<std::int64_t>(grown);
      if (grown > r.step->bytes)
        contradict(r, "memory-grows",
                   "its memory grew by " + bytes(grown) + "; " + bytes(r.step->bytes) + " were allowed");
      return r.done = true;
    }
    default:
      throw std::logic_error("a step that no subject has: " + r.step->text);
  }
}

bool Rig::advance_kernel(Running& r) {
  if (r.step->verb == StepVerb::counter_rises) {
    const std::int64_t risen = network_counter(r.step->name).value_or(0) - counters_before_[r.step->name];
    record_.kernel[r.step->name] = risen;
    if (risen > 0) return r.done = true;
  } else {
    const std::vector<KernelSocket> sockets = sock_diag_.list();
    const auto rows = std::ranges::count_if(
        sockets, [&](const KernelSocket& s) { return s.state == TcpState::time_wait && s.local_port == port_; });
    record_.kernel["TIME_WAIT rows"] = rows;
    if (rows > 0) return r.done = true;
  }
  if (!wait_until_idle(r)) return false;
  contradict(r, "no-evidence", "the kernel did not show it");
  return true;
}

}  // namespace sockrig
