// The cause rather than the symptom, as far as the evidence goes: the outside first, the shim's word as an explanation.
#include <signal.h>

#include <algorithm>
#include <map>

#include "judge/diagnose_dialogue.hpp"
#include "judge/judge.hpp"

namespace sockrig {
namespace {

std::string subject_name(const RunSpec& spec) {
  return spec.role == Role::client ? "the client" : "the server";
}

// The injected short send after which the stream went wrong: the bytes sent on its socket up to then are just those
// that came right. Where calls were not written down the sum is not to be had; then the length that is missing must do.
const CallEvent* short_send_at(const Observation& o) {
  const Divergence& d = *o.divergence;
  std::map<std::int32_t, std::uint64_t> sent;
  const CallEvent* by_length = nullptr;
  for (const CallEvent& e : o.record.events) {
    if (wire::family_of(e.call) != wire::Family::send || e.result <= 0) continue;
    const std::uint64_t total = sent[e.socket] += static_cast<std::uint64_t>(e.result);
    if ((e.flags & wire::event_injected) == 0 || e.asked <= e.result) continue;
    if (o.record.events_dropped == 0 && total == d.offset) return &e;
    const auto rest = static_cast<std::uint64_t>(e.asked - e.result);
    const bool fits = (d.kind == DivergenceKind::lost && d.length == rest) ||
                      (d.kind == DivergenceKind::repeated && d.length == static_cast<std::uint64_t>(e.result));
    if (by_length == nullptr && fits) by_length = &e;
  }
  return by_length;
}

std::string cause_of_loss(const Observation& o) {
  const CallEvent* e = short_send_at(o);
  if (e == nullptr) return {};
  const Divergence& d = *o.divergence;
  const std::string call = std::string(wire::name_of(e->call)) + "() returned " + std::to_string(e->result) + " of " +
                           std::to_string(e->asked);
  const auto rest = static_cast<std::uint64_t>(e->asked - e->result);
  if (d.kind == DivergenceKind::lost && d.length == rest)
    return call + " and the other " + bytes(rest) + " were never sent";
  if (d.kind == DivergenceKind::repeated && d.length == static_cast<std::uint64_t>(e->result))
    return call + " and was called again from the beginning";
  return call + ", and what was sent next does not follow";
}

void diagnose_bytes(const Observation& o, const Channel& c, Diagnosis& out) {
  const Divergence& d = *o.divergence;
  out.code = code_of(d);
  out.message = to_string(d, c);
  out.offset = d.offset;
  if (const std::string cause = cause_of_loss(o); !cause.empty()) out.message += ": " + cause;
}

void diagnose_listening(const RunSpec& spec, const Observation& o, Diagnosis& out) {
  const std::uint16_t port = o.record.port;
  const auto swapped = static_cast<std::uint16_t>(port << 8 | port >> 8);
  const auto& listening = o.record.listening;
  const auto listens_on = [&](std::uint16_t p) { return std::ranges::find(listening, p) != listening.end(); };
  for (const CallEvent& e : o.record.events) {
    if ((e.call == wire::Call::bind || e.call == wire::Call::listen) && e.result < 0)
      out.details.push_back(to_string(e));
  }
  if (listens_on(swapped)) {
    out.code = "port-byte-swapped";
    out.message = subject_name(spec) + " listens on port " + std::to_string(swapped) + " instead of " +
                  std::to_string(port) + ": its two bytes are swapped, htons() is missing";
  } else if (!listening.empty()) {
    out.code = "wrong-port";
    out.message = subject_name(spec) + " listens on port " + std::to_string(listening.front()) + " instead of " +
                  std::to_string(port);
  } else if (o.record.subject_ending) {
    out.code = "ended-before-listening";
    out.message = subject_name(spec) + " " + to_string(*o.record.subject_ending) + " and does not listen on port " +
                  std::to_string(port);
  } else {
    out.code = "not-listening";
    out.message = subject_name(spec) + " does not listen on port " + std::to_string(port) +
                  (o.waits.empty() ? "" : "; it waits " + o.waits.front());
  }
}

void diagnose_end(const RunSpec& spec, const Observation& o, Diagnosis& out) {
  const Ending& e = *o.record.subject_ending;
  out.code = e.by_signal ? "killed-by-signal" : "ended";
  out.message = subject_name(spec) + " " + to_string(e);
  if (!e.by_signal || e.code != SIGPIPE) return;
  out.code = "killed-by-sigpipe";
  out.message += ": it sent on a connection that was gone, without MSG_NOSIGNAL and with SIGPIPE at its default";
}

bool wants_end(StepVerb v) {
  return v == StepVerb::exits || v == StepVerb::exits_zero || v == StepVerb::exits_or_complains ||
         v == StepVerb::complains;
}

void diagnose_stuck(const RunSpec& spec, const Observation& o, Diagnosis& out) {
  const Record& r = o.record;
  if (r.unmet && r.unmet->code == "descriptors-leaked") {
    const auto number = [&](const char* name) {
      const auto found = r.kernel.find(name);
      return std::to_string(found == r.kernel.end() ? 0 : found->second);
    };
    out.code = r.unmet->code;
    out.message =
        "it has " + number("descriptors after") + " descriptors open, " + number("descriptors before") + " before";
    return;
  }
  switch (r.stop) {
    case Stop::spinning:
      if (o.spun_on) {
        out.code = "spins-at-end";
        out.message = subject_name(spec) + " was told of the end of stream on " + o.spun_name + " " +
                      std::to_string(o.spun_on->ends) + " times and received again: 0 from recv() is the end";
      } else {
        out.code = "spins";
        out.message = subject_name(spec) + " keeps the processor busy, and no byte moves";
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
    return;
  }
  if (r.unmet && wants_end(r.steps[r.unmet->step].verb)) {
    const bool second = r.steps[r.unmet->step].actor == ActorKind::second;
    out.code = "did-not-end";
    out.message = (second ? "the second server" : subject_name(spec)) + " did not end by itself";
    if (!o.waits.empty()) out.message += ": it waits " + o.waits.front();
    return;
  }
  out.code = o.blocked_call.empty() ? "stuck" : "stuck-in-" + o.blocked_call;
  std::string where;
  constexpr std::size_t enough = 3;
  for (std::size_t i = 0; i < o.waits.size() && i < enough; ++i) where += (where.empty() ? "" : "; ") + o.waits[i];
  if (o.waits.size() > enough) where += "; and in " + std::to_string(o.waits.size() - enough) + " other places";
  out.message = subject_name(spec) + " is stuck" + (where.empty() ? "" : ": it waits " + where);
  if (r.stop == Stop::deadline) {
    out.code = "no-progress";
    out.message = subject_name(spec) + " made no progress for 10 s" + (where.empty() ? "" : ": it waits " + where);
  }
}

// Bytes that the program has not taken, by connection.
void add_unread(const Observation& o, Diagnosis& out) {
  for (const KernelSocket& s : o.record.last_look.sockets) {
    if (s.receive_queue == 0 || s.state == TcpState::listen) continue;
    for (const Channel& c : o.record.channels) {
      // On a server's side the connection's own port is the remote one, on a client's the local one.
      const bool subjects_end =
          c.local_port != 0 &&
          (s.remote_port == c.local_port ? s.local_port == o.record.port
                                         : s.local_port == c.local_port && s.remote_port == o.record.port);
      if (subjects_end && out.details.size() < 6)
        out.details.push_back(bytes(s.receive_queue) + " lie unread on the connection " + c.name);
    }
  }
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
    const bool sending = o.blocked_call.starts_with("send") || o.blocked_call.starts_with("write");
    if (next == 0 && !sending) out.details.push_back("the next byte due on " + c.name + " is a NUL");
    if (out.details.size() > 8) break;
  }
}

}  // namespace

Diagnosis diagnose(const RunSpec& spec, const Observation& o) {
  const Record& r = o.record;
  Diagnosis out;
  const Channel* channel = r.unmet && r.unmet->channel ? &r.channels[*r.unmet->channel] : nullptr;
  if (channel != nullptr) out.connection = channel->name;
  const bool killed = r.subject_ending && r.subject_ending->by_signal && !r.ended_by_script;
  const bool ended = r.subject_ending && !r.ended_by_script;
  const bool at_listens = r.unmet && r.steps[r.unmet->step].verb == StepVerb::listens;

  if (killed)
    diagnose_end(spec, o, out);
  else if (o.divergence)
    diagnose_bytes(o, *channel, out);
  else if (at_listens)
    diagnose_listening(spec, o, out);
  else if (r.stop != Stop::unmet)
    diagnose_stuck(spec, o, out);
  else if (r.unmet) {
    out.code = r.unmet->code;
    out.message = r.unmet->what;
    if (out.code == "ended-early" && channel != nullptr) out.offset = channel->received;
    if (spec.role == Role::client && ended && !r.subject_ending->by_signal && r.subject_ending->code != 0 &&
        (out.code == "reset" || out.code == "ended-early" || out.code == "input-closed")) {
      out.message = "the client " + to_string(*r.subject_ending) + ": " + out.message;
      out.code = "ended";
    }
    const bool connection_lost = out.code == "reset" || out.code == "connect-failed" || out.code == "ended-early";
    if (connection_lost && ended && is_server(spec.role)) {
      const std::string symptom = out.message;
      diagnose_end(spec, o, out);
      out.message += " in the middle of the scenario: " + symptom;
    }
  }
  add_dialogue(r, out);
  if (r.stop == Stop::standstill || r.stop == Stop::deadline) add_unread(o, out);
  add_shortfall(o, out);
  for (const std::string& call : o.injected) out.details.push_back(call);
  const bool armed = !o.faults.empty();
  const bool fired = std::ranges::any_of(o.faults, [](const FaultFacts& f) { return f.fired > 0; });
  if (armed && !fired) out.details.push_back("no fault had fired: the program does this without faults too");
  return out;
}

}  // namespace sockrig
