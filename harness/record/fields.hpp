// The fields of everything that is written down, each listed once: what is written is what is read.
//
// An archive is called with a name, a member and the value that need not be written, since it is what one expects; it
// writes the member or fills it. always() is for what is written whatever its value, and must be there. Archives:
// JsonWriter, JsonReader (for files), Packer, Unpacker (between our processes). Whoever changes a list changes a
// written form, and raises its version (record_file.hpp).
#pragma once

#include <concepts>
#include <type_traits>
#include <vector>

#include "record/record.hpp"

namespace sockrig {

template <typename T, typename U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <typename A, Is<Stream> T>
void fields(A& a, T& s) {
  a("key", s.key);
  a("kind", s.kind);
}

template <typename A, Is<Channel> T>
void fields(A& a, T& c) {
  a("name", c.name);
  a("port", c.local_port);
  a("earlier_ports", c.earlier_ports);
  a("outgoing", c.outgoing);
  a("planned", c.planned);
  a("sent", c.sent);
  a("shut", c.shut);
  a("lines", c.lines);
  a("source", c.source);
  a("expected", c.expected);
  a("due", c.due);
  a("received", c.received);
  a("differs_at", c.differs_at);
  a("window", c.window);
  a("ended", c.ended);
  a("on_the_way", c.on_the_way);
}

template <typename A, Is<StepRecord> T>
void fields(A& a, T& s) {
  a("text", s.text);
  a("actor", s.actor);
  a.always("verb", s.verb);
  a("outcome", s.outcome);
  a("meaning", s.meaning, meaning_of(s.verb));  // a step may turn out to be a condition
  a("note", s.note);
}

template <typename A, Is<Unmet> T>
void fields(A& a, T& u) {
  a("step", u.step);
  a("code", u.code);
  a("what", u.what);
  a("channel", u.channel);
}

template <typename A, Is<DialogueRecord> T>
void fields(A& a, T& d) {
  a("connection", d.connection);
  a("situation", d.situation);
  a("line", d.line);
  a("sending", d.sending);
  a("end", d.end);
  a("nothing", d.nothing);
  a("expected", d.expected);
  a("got", d.got);
  a("from", d.from);
  a("total", d.total);
  a("got_total", d.got_total);
}

template <typename A, Is<Waiting> T>
void fields(A& a, T& w) {
  a("pid", w.pid);
  a("tid", w.tid);
  a("call", w.call);
  a("fd", w.fd, -1);
  a("target", w.target);
  a("local_port", w.local_port);
  a("remote_port", w.remote_port);
  a("listener", w.listener);
  a("receive_queue", w.receive_queue);
  a("send_queue", w.send_queue);
  a("timed", w.timed);
  a("sleeping", w.sleeping);
}

template <typename A, Is<KernelSocket> T>
void fields(A& a, T& s) {
  a("state", s.state);
  a("timer", s.timer);
  a("local_port", s.local_port);
  a("remote_port", s.remote_port);
  a("receive_queue", s.receive_queue);
  a("send_queue", s.send_queue);
  a("inode", s.inode);
  a("tries", s.tries);
  a("full", s.full);
}

template <typename A, Is<Look> T>
void fields(A& a, T& l) {
  a("motion", l.motion);
  a("attentive", l.attentive);
  a("threads", l.threads);
  a("sockets", l.sockets);
}

template <typename A, Is<Ending> T>
void fields(A& a, T& e) {
  a("by_signal", e.by_signal);
  a("code", e.code);
}

template <typename A, Is<RuleRecord> T>
void fields(A& a, T& r) {
  a("seen", r.seen);
  a("fired", r.fired);
  a("fired_own", r.fired_own);
  a.counts("withheld", r.withheld);
}

template <typename A, Is<SocketRecord> T>
void fields(A& a, T& s) {
  a("pid", s.pid);
  a("fd", s.fd, -1);
  a("birth", s.birth);
  a("connection", s.connection);
  a.template bits<wire::SocketFlag>("flags", s.flags);
  a("local_port", s.local_port);
  a("remote_port", s.remote_port);
  a("received", s.received);
  a("sent", s.sent);
  a("recv_calls", s.recv_calls);
  a("send_calls", s.send_calls);
  a("ends", s.ends);
  a("inside", s.inside, wire::Call::count);
  a("image", s.image);
  a("caller", s.caller);
}

template <typename A, Is<Holder> T>
void fields(A& a, T& h) {
  a("pid", h.pid);
  a("inode", h.inode);
}

// One of Record::places.
struct Place {
  std::uint8_t image = 0;
  std::uint32_t caller = 0;
  std::string line;
  bool operator==(const Place&) const = default;
};
template <typename A, Is<Place> T>
void fields(A& a, T& p) {
  a("image", p.image);
  a("caller", p.caller);
  a("line", p.line);
}

template <typename A, Is<CallEvent> T>
void fields(A& a, T& e) {
  a("sequence", e.sequence);
  a("begun", e.begun_ns);
  a("pid", e.pid);
  a("tid", e.tid, e.pid);  // of the first thread
  a.always("call", e.call);
  a("fd", e.fd, -1);
  a("socket", e.socket, -1);
  a("connection", e.connection);
  a("ordinal", e.ordinal);
  a("asked", e.asked);
  a("result", e.result);
  a("error", e.error);
  a.rules("rules", e.rules);
  a.flag("injected", e.flags, wire::event_injected);
  a.flag("withheld", e.flags, wire::event_withheld);
  a("why", e.withheld);
  a.flag("held", e.flags, wire::event_held);
  a.flag("no_signal", e.flags, wire::event_no_signal);
  a("image", e.image);
  a("caller", e.caller);
}

template <typename A, Is<PeerMove> T>
void fields(A& a, T& m) {
  a("channel", m.channel);
  a("port", m.port);
  a.always("act", m.act);
  a("offset", m.offset);
  a("bytes", m.bytes);
  a("text", m.text);
}

template <typename A, Is<LookTaken> T>
void fields(A& a, T& l) {
  a.always("motion", l.motion);
  a("threads", l.threads);
  a("sockets", l.sockets);
  a("receive_queues", l.receive_queues);
  a("send_queues", l.send_queues);
}

template <typename A, Is<KernelFact> T>
void fields(A& a, T& f) {
  a("name", f.name);
  a("value", f.value);
}

template <typename A, Is<LifeEvent> T>
void fields(A& a, T& e) {
  a.always("life", e.what);
  a("second", e.second);
  a("pid", e.pid);
  a("code", e.code);
  a("ending", e.ending);
}

template <typename A, Is<OutputPiece> T>
void fields(A& a, T& p) {
  a("second", p.second);
  a("offset", p.offset);
  a("bytes", p.bytes);
}

template <typename A, Is<LeftOut> T>
void fields(A& a, T& l) {
  a("calls", l.calls);
  a("moves", l.moves);
  a("looks", l.looks);
  a("facts", l.facts);
  a("lives", l.lives);
  a("writes", l.writes);
}

// All but the timeline, which each form lays out in its own way.
template <typename A, Is<Record> T>
void fields(A& a, T& r) {
  a("port", r.port);
  a("round", r.round, 1);
  a("duration_ms", r.duration_ms);
  a("began_ns", r.began_ns);
  a("stop", r.stop);
  a("unmet", r.unmet);
  a("ended_by_script", r.ended_by_script);
  a("subject_ending", r.subject_ending);
  a("second_ending", r.second_ending);
  a("steps", r.steps);
  a("channels", r.channels);
  a("dialogue", r.dialogue);
  a("rules", r.rules);
  a("kernel", r.kernel);
  a("listening", r.listening);
  a("last_look", r.last_look);
  a("holders", r.holders);
  a("processes_attached", r.processes_attached);
  a("names_asked", r.names_asked);
  a("out_of_sight", r.out_of_sight);
  a("sockets", r.sockets);
  std::vector<Place> places;
  for (const auto& [at, line] : r.places) places.push_back({at.first, at.second, line});
  a("places", places);
  if constexpr (A::reads) {
    for (const Place& p : places) r.places[{p.image, p.caller}] = p.line;
  }
  a("output", r.output);
  a("events_dropped", r.events_dropped);
  a("left_out", r.left_out);
}

}  // namespace sockrig
