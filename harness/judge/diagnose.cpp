// The cause rather than the symptom, as far as the evidence goes: the outside first, the shim's word as an explanation.
#include <csignal>

#include <algorithm>
#include <iterator>
#include <optional>

#include "judge/causes.hpp"
#include "judge/diagnose_dialogue.hpp"
#include "judge/failed_call.hpp"
#include "judge/judge.hpp"
#include "judge/last_words.hpp"

namespace sockrig {
namespace {

std::string subject_name(const RunSpec& spec) {
  return spec.role == Role::client ? "the client" : "the server";
}

void add_cause(const std::optional<Cause>& cause, Diagnosis& out) {
  if (!cause) return;
  out.code = cause->code;
  out.message += ": " + cause->text;
  if (!cause->defect.empty()) out.defect = cause->defect;
}

void diagnose_bytes(const Observation& o, const Channel& c, Diagnosis& out) {
  const Divergence& d = *o.divergence;
  out.code = code_of(d);
  out.message = to_string(d, c);
  out.offset = d.offset;
  add_cause(cause_of_divergence(o, c), out);
}

// The port that it asked bind() for and did not get, if it never asked for its own; a port that it got may serve
// another end.
std::optional<std::uint16_t> refused_elsewhere(const Record& r) {
  std::optional<std::uint16_t> out;
  for (const CallEvent& e : r.events) {
    if (e.call != wire::Call::bind || e.asked == 0) continue;
    if (e.asked == r.port) return {};
    if (e.result < 0) out = static_cast<std::uint16_t>(e.asked);
  }
  return out;
}

void diagnose_listening(const RunSpec& spec, const Observation& o, Diagnosis& out) {
  const std::uint16_t port = o.record.port;
  const auto swapped = static_cast<std::uint16_t>(port << 8 | port >> 8);
  const auto& listening = o.record.listening;
  const auto listens_on = [&](std::uint16_t p) { return std::ranges::find(listening, p) != listening.end(); };
  out.details = failures_to_listen(o.record);
  const std::string wanted = subject_name(spec) + " does not listen on port " + std::to_string(port);
  std::string ports;
  for (const std::uint16_t p : listening) ports += (ports.empty() ? "" : " and ") + std::to_string(p);
  const std::optional<std::uint16_t> elsewhere = refused_elsewhere(o.record);
  if (listens_on(swapped) || elsewhere == swapped) {
    out.code = "port-byte-swapped";
    out.message = subject_name(spec) + (listens_on(swapped) ? " listens on port " : " asked bind() for port ") +
                  std::to_string(swapped) + " instead of " + std::to_string(port) +
                  ": its two bytes are swapped, htons() is missing";
  } else if (!listening.empty()) {
    out.code = "wrong-port";
    out.message = subject_name(spec) + " listens on port " + ports + " instead of " + std::to_string(port);
    add_cause(cause_of_silence(o), out);
  } else if (elsewhere) {
    out.code = "wrong-port";
    out.message = subject_name(spec) + " asked bind() for port " + std::to_string(*elsewhere) + " instead of " +
                  std::to_string(port) + ", and did not get it";
    if (o.record.subject_ending) out.message += "; it " + to_string(*o.record.subject_ending);
    add_last_words(o, out);
  } else if (o.record.subject_ending) {
    out.code = "ended-before-listening";
    out.message = subject_name(spec) + " " + to_string(*o.record.subject_ending) + " and does not listen on port " +
                  std::to_string(port);
    add_cause(cause_of_silence(o), out);
    // It may have listened by then, and not survived a signal.
    if (const auto cause = cause_of_end(o); cause && cause->code.starts_with("interrupt-")) add_cause(cause, out);
    add_last_words(o, out);
  } else if (o.record.stop == Stop::spinning) {
    out.code = "not-listening";
    out.message = wanted + "; it keeps the processor busy";
    const auto cause = cause_of_spinning(o);
    add_cause(cause ? cause : cause_of_silence(o), out);
  } else {
    out.code = "not-listening";
    out.message = wanted + (o.waits.empty() ? "" : "; it " + o.waits.front()) +
                  (o.record.stop == Stop::deadline ? ", and has done so for 10 seconds" : "");
    add_cause(cause_of_silence(o), out);
  }
}

// One client, and then it may end: not the end is wrong, but what it owed by then.
bool may_end_here(const RunSpec& spec, const std::optional<Cause>& cause) {
  return spec.serves == Serves::one && cause && cause->code == "end-of-stream-ends-program";
}

void diagnose_end(const RunSpec& spec, const Observation& o, Diagnosis& out) {
  const Ending& e = *o.record.subject_ending;
  out.code = e.by_signal ? "killed-by-signal" : "ended";
  out.message = subject_name(spec) + " " + to_string(e);
  add_last_words(o, out);
  if (!e.by_signal || e.code == SIGABRT) {
    const std::string code = out.code;
    const std::optional<Cause> cause = cause_of_end(o);
    add_cause(cause, out);
    if (e.by_signal && !(cause && cause->explains_abort)) out.code = code;  // what it died of is known
  }
  if (!e.by_signal || e.code != SIGPIPE) return;
  out.code = "killed-by-sigpipe";
  out.defect = dead_connection;
  if (const std::optional<Cause> cause = cause_of_sigpipe(o)) out.message += cause->text;
  out.message += ": it sent on a connection that was gone, without MSG_NOSIGNAL and with SIGPIPE at its default";
}

std::int64_t counted(const Record& r, const char* name) {
  const auto found = r.kernel.find(name);
  return found == r.kernel.end() ? 0 : found->second;
}

bool wants_end(StepVerb v) {
  return v == StepVerb::exits || v == StepVerb::exits_zero || v == StepVerb::exits_or_complains ||
         v == StepVerb::complains || v == StepVerb::delivers_or_complains;
}

void diagnose_stuck(const RunSpec& spec, const Observation& o, Diagnosis& out) {
  const Record& r = o.record;
  if (r.unmet && r.unmet->code == "descriptors-leaked") {
    out.code = r.unmet->code;
    out.message = "it has " + std::to_string(counted(r, "descriptors after")) + " descriptors open, " +
                  std::to_string(counted(r, "descriptors before")) + " before";
    add_cause(cause_of_leak(o), out);
    return;
  }
  switch (r.stop) {
    case Stop::spinning:
      if (o.spun_on) {
        out.code = "spins-at-end";
        out.message = "recv() returned 0 on " + o.spun_name + ", the end of its stream, and " + subject_name(spec) +
                      " received again, " + std::to_string(o.spun_on->ends) + " times: 0 means that nothing more comes";
      } else {
        out.code = "spins";
        out.message = subject_name(spec) + " keeps the processor busy, and no byte moves";
        add_cause(cause_of_spinning(o), out);
      }
      return;
    case Stop::too_much:
      out.code = r.unmet ? r.unmet->code : "too-much";
      out.message = subject_name(spec) + " went over a limit" + (r.unmet ? ": " + r.unmet->what : "");
      return;
    case Stop::gone:
      out.code = "ended";
      out.message = subject_name(spec) + " has ended";
      if (r.subject_ending) diagnose_end(spec, o, out);
      return;
    default:
      break;
  }
  const Channel* channel = r.unmet && r.unmet->channel ? &r.channels[*r.unmet->channel] : nullptr;
  const bool at_end = channel != nullptr && r.steps[r.unmet->step].verb == StepVerb::receive_end && channel->shut;
  const auto& sockets = r.last_look.sockets;
  const bool left_open = at_end && std::ranges::any_of(sockets, [&](const KernelSocket& s) {
                           return s.state == TcpState::close_wait && s.receive_queue == 0 &&
                                  (s.remote_port == channel->local_port || s.local_port == channel->local_port);
                         });
  if (left_open && o.blocked_call.empty()) {
    out.code = "not-closed";
    out.message = subject_name(spec) + " has been sent the end of stream on " + channel->name +
                  " and does not close that connection";
    add_cause(cause_of_open_connection(o, *channel), out);
    return;
  }
  if (r.unmet && wants_end(r.steps[r.unmet->step].verb)) {
    const bool second = r.steps[r.unmet->step].actor == ActorKind::second;
    out.code = "did-not-end";
    out.message = (second ? "the second server" : subject_name(spec)) + " did not end by itself";
    const bool says_so = !second && tells_of_failure(r.output);
    if (says_so) out.message += ": it says so, but the process lives on";
    if (!o.waits.empty()) out.message += (says_so ? ", and it " : ": it ") + o.waits.front();
    if (second) return;
    add_last_words(o, out);
    return;
  }
  out.code = o.blocked_call.empty() ? "stuck" : "stuck-in-" + o.blocked_call;
  std::string where;
  constexpr std::size_t enough = 3;
  for (std::size_t i = 0; i < o.waits.size() && i < enough; ++i) where += (where.empty() ? "" : "; it ") + o.waits[i];
  if (o.waits.size() > enough) where += "; and in " + std::to_string(o.waits.size() - enough) + " other places";
  out.message = subject_name(spec) + " is stuck" + (where.empty() ? "" : ": it " + where);
  if (r.stop == Stop::deadline) {
    out.code = "no-progress";
    out.message = subject_name(spec) + " made no progress for 10 s" + (where.empty() ? "" : ": it " + where);
  }
  add_cause(cause_of_standstill(o, channel), out);
}

// Bytes that the program has not taken, by connection.
void add_unread(const Observation& o, Diagnosis& out) {
  for (const Channel& c : o.record.channels) {
    const KernelSocket* end = subjects_end(o, c);
    if (end == nullptr || !unread_of(*end).any()) continue;
    out.details.push_back(to_string(unread_of(*end)) + " on the connection " + c.name);
    if (out.details.size() > 5) break;
  }
}

// Connections that the program took and never closed, if they make up what is left open.
void add_unclosed(const Record& r, Diagnosis& out) {
  const auto unclosed = std::ranges::count_if(r.sockets, [](const SocketRecord& s) {
    return (s.flags & (wire::socket_accepted | wire::socket_closed)) == wire::socket_accepted;
  });
  const std::int64_t before = counted(r, "descriptors before"), after = counted(r, "descriptors after");
  // Two counts of descriptors: what else may stand in a record would overflow.
  if (unclosed > 0 && before >= 0 && after >= 0 && unclosed >= after - before)
    out.message += ": close() was never called on " + std::to_string(unclosed) + " of the connections that it accepted";
}

// A stream that stopped short: where, and whether at a NUL.
void add_shortfall(const Observation& o, Diagnosis& out) {
  const Record& r = o.record;
  for (const Channel& c : r.channels) {
    if (c.received >= c.due || c.differs_at || c.source.empty()) continue;
    out.details.push_back(c.name + " got " + std::to_string(c.received) + " of " + std::to_string(c.due) +
                          " bytes of what " + c.source + " sent");
    unsigned char next = 1;
    fill(c.expected, c.received, std::span(&next, 1));
    const bool sending = is_send_call(o.blocked_call);
    if (next == 0 && !sending) out.details.push_back("the next byte due on " + c.name + " is a NUL");
    if (out.details.size() > 8) break;
  }
}

// Whether the scenario has several clients at the same time, and not only one after the other.
bool has_clients_at_once(const RunSpec& spec) {
  const auto script = spec.scenario->scripts.find(spec.role);
  return script != spec.scenario->scripts.end() && any_step(script->second, [](const ScriptLine& line, const Step&) {
           return line.actor == ActorKind::connection && line.count > 1 && !line.in_turn;
         });
}

// The program has accepted the connection for which everybody waits, and did nothing with it since: not even a call
// that has not returned.
bool is_left_alone(const Observation& o, const Channel* awaited) {
  if (awaited == nullptr || o.record.stop != Stop::standstill) return false;
  return std::ranges::any_of(o.record.sockets, [&](const SocketRecord& s) {
    const bool accepted = (s.flags & (wire::socket_accepted | wire::socket_closed)) == wire::socket_accepted;
    return accepted && is_end_of(s, *awaited) && s.recv_calls == 0 && s.send_calls == 0 &&
           s.inside == wire::Call::count;
  });
}

}  // namespace

Diagnosis diagnose(const RunSpec& spec, const Observation& o) {
  const Record& r = o.record;
  Diagnosis out;
  const Channel* channel = r.unmet && r.unmet->channel ? &r.channels[*r.unmet->channel] : nullptr;
  if (channel != nullptr) out.connection = channel->name;
  const bool killed = r.subject_ending && r.subject_ending->by_signal && !r.ended_by_script;
  const bool ended = r.subject_ending && !r.ended_by_script;
  const StepVerb verb = r.unmet ? r.steps[r.unmet->step].verb : StepVerb{};
  const bool should_have_begun = verb == StepVerb::begins_or_complains && is_server(spec.role) && !r.subject_ending &&
                                 std::ranges::find(r.listening, r.port) == r.listening.end();
  const bool at_listens = r.stop != Stop::too_much && (verb == StepVerb::listens || should_have_begun);

  if (killed) {
    if (at_listens) out.details.push_back("it had not begun to listen on port " + std::to_string(r.port));
    diagnose_end(spec, o, out);
  } else if (o.divergence) {
    diagnose_bytes(o, *channel, out);
  } else if (at_listens) {
    diagnose_listening(spec, o, out);
  } else if (r.stop != Stop::unmet) {
    diagnose_stuck(spec, o, out);
  } else if (r.unmet) {
    out.code = r.unmet->code;
    out.message = r.unmet->what;
    if (out.code == "descriptors-leaked") {
      const std::optional<Cause> cause = cause_of_leak(o);
      add_cause(cause, out);
      if (!cause) add_unclosed(r, out);
    }
    if (out.code == "connect-failed" && is_server(spec.role) && !ended) add_cause(cause_of_refusal(o), out);
    const bool lost = out.code == "reset" || out.code == "ended-early" || out.code == "input-closed";
    if (lost && channel != nullptr) {
      const std::optional<Cause> cause = cause_of_lost_connection(o, *channel);
      add_cause(cause || spec.role != Role::echo_server ? cause : cause_of_debt(o, *channel), out);
      if (out.code == "ended-early") out.offset = channel->received;
    }
    if (spec.role == Role::client && ended && !r.subject_ending->by_signal && lost) {
      const bool zero = r.subject_ending->code == 0;
      out.message =
          "the client " + to_string(*r.subject_ending) + (zero ? ", as if all were well: " : ": ") + out.message;
      if (out.code == r.unmet->code) {
        out.code = zero ? "exits-zero-after-loss" : "ended";
        if (!zero) add_cause(cause_of_end(o), out);
      }
      if (!zero) add_last_words(o, out);
    }
    if ((r.unmet->code == "wrong-exit" || (r.unmet->code == "ended" && channel == nullptr)) && ended) {
      if (r.subject_ending->code != 0) add_cause(cause_of_end(o), out);
      add_last_words(o, out);
    }
    const bool connection_lost =
        r.unmet->code == "reset" || r.unmet->code == "connect-failed" || r.unmet->code == "ended-early";
    if (connection_lost && ended && is_server(spec.role) && may_end_here(spec, cause_of_end(o))) {
      out.details.push_back(subject_name(spec) + " " + to_string(*r.subject_ending) + ", as one that serves one may");
    } else if (connection_lost && ended && is_server(spec.role)) {
      diagnose_end(spec, o, out);
      out.details.insert(out.details.begin(), "it ended in the middle of the scenario: " + r.unmet->what);
    }
  }
  if (out.defect.empty() && is_server(spec.role) && has_clients_at_once(spec))
    out.defect = o.divergence ? cross_talk : is_left_alone(o, channel) ? unserved : "";
  // Where the run was stopped rather than contradicted, the message made above tells how it was lost.
  const std::string lost = r.stop == Stop::unmet && r.unmet ? r.unmet->what : out.message;
  if (is_server(spec.role)) add_thread_exception(o, lost, out);
  if (spec.scenario->rounds > 1)
    out.details.push_back("this was run " + std::to_string(r.round) + " of " + std::to_string(spec.scenario->rounds));
  if (wants_end(verb) && is_server(spec.role))
    std::ranges::copy(failures_to_listen(r), std::back_inserter(out.details));
  add_dialogue(r, out);
  if (r.stop == Stop::standstill || r.stop == Stop::deadline) add_unread(o, out);
  add_shortfall(o, out);
  for (const std::string& call : o.injected) out.details.push_back(call);
  const bool armed = !o.faults.empty();
  if (armed && !any_fired(o)) out.details.push_back("no fault had fired: the program does this without faults too");
  return out;
}

}  // namespace sockrig
