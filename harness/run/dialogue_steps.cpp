// The verbs of a dialogue: connections on which messages are sent and answers compared, line by line.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "run/rig.hpp"

namespace sockrig {
namespace {

constexpr std::size_t most_unread = 4 << 20;  // answers that nobody asked for are not taken without end
constexpr std::size_t told_bytes = 48, told_before = 12;

// "line 3 was cut after 2 bytes of 6"
std::string told(const Dialogue& d, const Cut& at, const char* how) {
  const DialogueLine& line = d.lines[at.line];
  return "line " + std::to_string(line.number) + " was " + how + " after " + bytes(at.at) + " of " +
         std::to_string(line.bytes.size());
}

// The moves of the connection numbered c.play.
void make_moves(const RunSpec& spec, std::uint64_t seed, StepVerb verb, Conversation& c) {
  const Dialogue& d = *spec.dialogue;
  switch (verb) {
    case StepVerb::play_glued:
      c.moves = glued_play_of(d);
      c.situation = "all messages went out at once";
      break;
    case StepVerb::play_stopped: {
      const Cut at = breaks_of(d, seed).front();
      c.moves = stopped_play_of(d, at);
      c.situation = told(d, at, "cut");
      break;
    }
    case StepVerb::play_unheard:
      c.moves = unheard_play_of(d);
      break;
    case StepVerb::play_beginning:
      c.moves = beginning_of(d);
      break;
    case StepVerb::play_cut:
    case StepVerb::play_glued_cut:
    case StepVerb::play_broken_off: {
      const bool cut = verb == StepVerb::play_cut, glued = verb == StepVerb::play_glued_cut;
      if (c.cuts.empty()) c.cuts = cut ? cuts_of(d, seed) : breaks_of(d, seed);
      const Cut& at = c.cuts[c.play];
      c.moves = cut ? cut_play_of(d, at) : glued ? glued_cut_play_of(d, at) : broken_off_play_of(d, at);
      c.situation =
          (glued ? "all messages went out at once, but " : "") + told(d, at, cut || glued ? "cut" : "broken off");
      break;
    }
    default:
      c.moves = play_of(d);
      break;
  }
}

// Everything that is there, as far as there is room.
bool take_all(const Endpoint& e, Conversation& c) {
  bool moved = false;
  char buffer[16384];
  while (!c.ended && !c.reset && c.inbox.size() < most_unread) {
    const ssize_t got = ::recv(e.socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0)
      c.inbox.append(buffer, static_cast<std::size_t>(got)), c.taken += static_cast<std::uint64_t>(got);
    else if (got == 0)
      c.ended = true;
    else if (errno != EAGAIN && errno != EINTR)
      c.reset = true;
    else
      return moved;
    moved = true;
  }
  return moved;
}

// Takes what has come. False if nothing has.
bool take(const Endpoint& e, Conversation& c) {
  const std::uint64_t before = c.taken;
  const std::size_t had = c.inbox.size();
  const bool moved = take_all(e, c);
  if (c.taken > before) e.note(PeerAct::received, before, c.taken - before, std::string_view(c.inbox).substr(had));
  if (moved && c.ended) e.note(PeerAct::met_end, c.taken);
  if (moved && c.reset) e.note(PeerAct::met_reset, c.taken);
  return moved;
}

// Sends what is left of the outbox. False if nothing went.
bool give(Endpoint& e, Conversation& c) {
  const ssize_t put =
      ::send(e.socket.get(), c.outbox.data() + c.sent, c.outbox.size() - c.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (put < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)) return false;
  if (put < 0) {
    c.refused = true;
    e.note(PeerAct::turned_off, e.channel.sent);
  }
  if (put <= 0) return true;
  const auto n = static_cast<std::size_t>(put);
  e.note(PeerAct::sent, e.channel.sent, n, std::string_view(c.outbox).substr(c.sent, n));
  c.sent += n;
  e.channel.sent += n;
  return true;
}

}  // namespace

// What a dialogue waits for; 0 = nothing that a descriptor could tell.
short Rig::dialogue_events(const Running& r) const {
  const auto found = conversations_.find(r.endpoint);
  if (found == conversations_.end() || !r.endpoint->socket) return 0;
  const Conversation& c = found->second;
  if (c.connecting) return POLLOUT;
  const short unread = c.ended || c.reset || c.inbox.size() >= most_unread ? 0 : POLLIN;
  if (c.move >= c.moves.size()) return 0;
  switch (c.moves[c.move].kind) {
    case MoveKind::send:
      return static_cast<short>(POLLOUT | unread);
    case MoveKind::receive:
    case MoveKind::receive_end:
      return unread;
    default:
      return 0;
  }
}

bool Rig::advance_dialogue(Task& task, Running& r) {
  Endpoint& e = *r.endpoint;
  Conversation& c = conversations_[&e];
  if (c.closed) {
    // A server that dies of how it was left dies now; the next connection would find out, if there is one.
    const bool last = task.turn + 1 == task.turns.size();
    if (last && !wait_until_idle(r)) return false;
    conversations_.erase(&e);
    return r.done = true;
  }
  if (!e.socket) {
    if (hold_back_ && queue_is_full()) return false;
    if (c.moves.empty()) make_moves(spec_, seed_, r.step->verb, c);
    begin_connect(e, port_, scenario_.receive_buffer, scenario_.send_buffer);
    e.channel.sent = e.channel.received = 0;
    e.channel.differs_at.reset();  // of what was drained when it was closed before
    return c.connecting = true;
  }
  if (c.connecting) {
    pollfd writable{e.socket.get(), POLLOUT, 0};
    if (::poll(&writable, 1, 0) <= 0) return false;
    const std::string problem = finish_connect(e);
    c.connecting = !problem.empty();
    if (c.connecting) contradict(r, "connect-failed", e.channel.name + " could not connect to the server: " + problem);
    return true;
  }
  if (c.move < c.moves.size()) return advance_moves(r, c);
  return next_play(r, c);
}

// One move. Where it is done, the next comes.
bool Rig::advance_moves(Running& r, Conversation& c) {
  Endpoint& e = *r.endpoint;
  const Move& m = c.moves[c.move];
  const std::vector<DialogueLine>& lines = spec_.dialogue->lines;
  switch (m.kind) {
    case MoveKind::send: {
      for (std::size_t i = c.move; c.sent == 0 && i < c.moves.size() && c.moves[i].kind == MoveKind::send; ++i) {
        if (i == c.move) c.outbox.clear();
        c.outbox.append(lines[c.moves[i].line].bytes, c.moves[i].begin, c.moves[i].end - c.moves[i].begin);
      }
      const bool took = take(e, c), gave = give(e, c);
      if (took || gave) note_progress();
      if (c.refused) {
        take(e, c);
        contradict_dialogue(r, c, "reset");
        return true;
      }
      if (c.sent < c.outbox.size()) return took || gave;
      c.outbox.clear();
      c.sent = 0;
      while (c.move < c.moves.size() && c.moves[c.move].kind == MoveKind::send) ++c.move;
      return true;
    }
    case MoveKind::receive:
    case MoveKind::receive_end:
      return answers(r, c);
    case MoveKind::end:
      e.shut_down();
      ++c.move;
      return true;
    case MoveKind::pause:
      if (!wait_until_idle(r)) return false;
      ++c.move;
      return true;
    case MoveKind::quiet:
      if (!wait_until_idle(r)) return false;
      take(e, c);
      if (!c.inbox.empty())
        contradict_dialogue(r, c, "unexpected-answer");
      else
        ++c.move;
      return true;
    case MoveKind::part:
      if (!wait_until_idle(r)) return false;
      take(e, c);
      ++c.move;
      return true;
  }
  return false;
}

// What is due of one line against what came.
bool Rig::answers(Running& r, Conversation& c) {
  const Move& m = c.moves[c.move];
  const std::string& due = spec_.dialogue->lines[m.line].bytes;
  const bool moved = take(*r.endpoint, c);
  if (moved) note_progress();
  const std::size_t n = std::min(due.size(), c.inbox.size());
  const bool differs = m.kind == MoveKind::receive_end ? !c.inbox.empty() : due.compare(0, n, c.inbox, 0, n) != 0;
  if (differs) {
    // A little more may come, and tells more.
    if (!c.ended && !c.reset && c.inbox.size() < most_message_bytes && !wait_until_idle(r)) return moved;
    take(*r.endpoint, c);
    contradict_dialogue(r, c, m.kind == MoveKind::receive_end ? "unexpected-answer" : "wrong-answer");
    return true;
  }
  r.wants_idle = r.granted = false;
  if (m.kind == MoveKind::receive && n == due.size()) {
    c.inbox.erase(0, n);
    r.endpoint->channel.received += n;
    ++c.move;
    return true;
  }
  if (m.kind == MoveKind::receive_end && c.ended) {
    ++c.move;
    return true;
  }
  if (c.ended || c.reset) {
    contradict_dialogue(r, c, c.reset ? "reset" : "ended-early");
    return true;
  }
  return moved;
}

// The moves of one connection are done: it is closed, and the next one follows, if there is one.
bool Rig::next_play(Running& r, Conversation& c) {
  Endpoint& e = *r.endpoint;
  if (leaves_open(r.step->verb)) {
    conversations_.erase(&e);
    return r.done = true;
  }
  if (!e.channel.shut) e.shut_down();
  take(e, c);  // what is unread would make the close a reset
  e.socket.reset();
  e.input = e.output = -1;
  e.note(PeerAct::closed);
  Conversation next;
  next.cuts = std::move(c.cuts);
  next.play = c.play + 1;
  next.before = c.situation;
  next.closed = next.play >= next.cuts.size();
  StepRecord& record = record_.steps[r.record];
  if (next.closed && r.step->verb == StepVerb::play_cut) record.note = summary_of(*spec_.dialogue, next.cuts);
  c = std::move(next);
  note_progress();
  return true;
}

void Rig::contradict_dialogue(Running& r, const Conversation& c, std::string code) {
  const Move& m = c.moves[c.move];
  const int line = spec_.dialogue->lines[m.line].number;
  std::string what = "line " + std::to_string(line) + " of the dialogue did not hold";
  if (code == "ended-early") what = "the server ended its stream before line " + std::to_string(line) + " was answered";
  if (code == "reset") what = "the server reset the connection at line " + std::to_string(line) + " of the dialogue";
  contradict(r, std::move(code), std::move(what));
}

// Where the dialogue stood that the verdict is about.
void Rig::note_dialogue() {
  if (!record_.unmet || !record_.unmet->channel || !is_dialogue_verb(record_.steps[record_.unmet->step].verb)) return;
  const Endpoint* e = order_[*record_.unmet->channel];
  const auto found = conversations_.find(e);
  if (found == conversations_.end() || found->second.move >= found->second.moves.size()) return;
  const Conversation& c = found->second;
  const Move& m = c.moves[c.move];
  const DialogueLine& line = spec_.dialogue->lines[m.line];
  DialogueRecord d;
  d.connection = e->channel.name;
  if (c.connecting) {
    if (!c.before.empty()) d.situation = "on the connection before, " + c.before;
    record_.dialogue = std::move(d);
    return;
  }
  d.situation = c.situation;
  d.line = line.number;
  d.sending = m.kind == MoveKind::send;
  d.end = m.kind == MoveKind::receive_end;
  d.nothing = m.kind == MoveKind::quiet;
  d.total = line.bytes.size();
  d.got_total = c.inbox.size();
  const std::size_t agreed =
      static_cast<std::size_t>(std::ranges::mismatch(line.bytes, c.inbox).in1 - line.bytes.begin());
  if (m.kind == MoveKind::receive && agreed > told_before) d.from = agreed - told_before;
  if (d.sending || m.kind == MoveKind::receive) d.expected = line.bytes.substr(d.from, told_bytes);
  d.got = c.inbox.substr(std::min<std::size_t>(d.from, c.inbox.size()), told_bytes);
  StepRecord& step = record_.steps[record_.unmet->step];
  if (step.note.empty())
    step.note = d.connection + ": line " + std::to_string(d.line) + (d.situation.empty() ? "" : "; " + d.situation);
  record_.dialogue = std::move(d);
}

}  // namespace sockrig
