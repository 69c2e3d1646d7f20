// The verbs of a connection and of the subject's standard input and output: what each does, when it is done, and what
// contradicts it.
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
// Lines after which "receive end" does not believe in an end: of a program that was seen to be told of the client's end
// (a thread of it is, while another still sends), and of any.
constexpr std::uint64_t endless_once_told = 8 << 20, endless = 256 << 20;

}  // namespace

Endpoint& Rig::endpoint_of(const ScriptLine& line, std::uint32_t number) {
  std::unique_ptr<Endpoint>& e = endpoints_[{line.name, number}];
  if (!e) {
    e = std::make_unique<Endpoint>();
    e->channel.name = line.count > 1 ? line.name + "[" + std::to_string(number + 1) + "]" : line.name;
    e->journal = &journal_;
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
    case ActorKind::port:
      return advance_port(r);
    case ActorKind::queue:
      return advance_queue(r);
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
    case StepVerb::play:
    case StepVerb::play_glued:
    case StepVerb::play_cut:
    case StepVerb::play_glued_cut:
    case StepVerb::play_broken_off:
    case StepVerb::play_stopped:
    case StepVerb::play_unheard:
    case StepVerb::play_beginning:
      return advance_dialogue(task, r);
    case StepVerb::shutdown_write:
      e.shut_down();
      return r.done = true;
    case StepVerb::end:
      subject_.close_standard_input();
      e.output = -1;
      e.channel.shut = true;
      e.note(PeerAct::shut_down);
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
    begin_connect(e, port_, scenario_.receive_buffer, scenario_.send_buffer, r.step->name);
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
  if (c.ended != Ended::no && r.step->or_less && !c.differs_at) return r.done = true;
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

bool Rig::goes_on_sending(Endpoint& e) {
  const Channel& c = e.channel;
  if (c.received > c.due + endless) return true;
  if (!e.told_of_end) {
    const bool told = std::ranges::any_of(
        region_.sockets(), [&](const wire::Socket& s) { return s.ends.load() != 0 && s.remote_port == c.local_port; });
    if (told) e.told_of_end = c.received;
  }
  return e.told_of_end && c.received > *e.told_of_end + endless_once_told;
}

bool Rig::advance_receive_end(Running& r) {
  Endpoint& e = *r.endpoint;
  Channel& c = e.channel;
  if (c.ended == Ended::end && !c.differs_at && (c.lines || c.received <= c.due)) return r.done = true;
  if (c.ended == Ended::reset) {
    contradict(r, "reset", c.name + " was reset where its stream should have ended");
    return true;
  }
  if (c.lines && !c.differs_at && c.ended == Ended::no && goes_on_sending(e)) {
    contradict(r, "goes-on",
               c.name + " ended its stream, and the server, as it may (RFC 864), goes on sending: " +
                   bytes(c.received - c.due) + " came since, and no end");
    return true;
  }
  const bool extra = c.differs_at || (!c.lines && c.received > c.due);
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
    if ((wire::mix(e.channel.outgoing.key + 1) & 1) != 0) {
      reset(e);
    } else {
      e.socket.reset();
      e.note(PeerAct::closed);
    }
  }
  e.input = e.output = -1;
  e.channel.shut = true;
  for (Running& o : task.running) {
    o.done = true;
    record_.steps[o.record].outcome = StepOutcome::met;
  }
  return true;
}

}  // namespace sockrig
