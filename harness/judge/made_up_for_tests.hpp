// Made-up runs for tests of the judge: a scenario of one line, and a record of how it went.
//
// Decides nothing: each test changes just what it is about.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>

#include "judge/judge.hpp"

namespace sockrig {

struct MadeUp {
  std::shared_ptr<Scenario> scenario = std::make_shared<Scenario>();
  RunSpec spec;
  Record record;

  // All went well: the server listened, "a" sent 1000 bytes and got them back; the shim saw it.
  MadeUp() {
    scenario->id = "stream/sample";
    scenario->chapter = "stream";
    scenario->claim = "Bytes come back";
    scenario->clause = "RFC 862";
    scenario->hint = "Look.";
    scenario->file = "scenarios/stream/sample.toml";
    scenario->roles = {Role::echo_server};
    spec.scenario = scenario;
    spec.role = Role::echo_server;
    spec.command = "./server {port}";
    spec.repeat = "sockrig run stream/sample";
    record.port = 20000;
    record.steps = {step("subject: start", StepVerb::start), step("subject: listens", StepVerb::listens),
                    step("a: send 1000", StepVerb::send), step("a: receive echo", StepVerb::receive_echo)};
    Channel a;
    a.name = a.source = "a";
    a.local_port = 40000;
    a.outgoing = a.expected = make_stream(1, "a", 0, Payload::binary);
    a.planned = a.sent = a.due = a.received = 1000;
    record.channels = {a};
    record.processes_attached = 1;
    SocketRecord s;
    s.pid = 17;
    s.fd = 4;
    s.local_port = 20000;
    s.remote_port = 40000;
    s.received = s.sent = 1000;
    record.sockets = {s};
  }

  static StepRecord step(const std::string& text, StepVerb verb, StepOutcome outcome = StepOutcome::met) {
    StepRecord out;
    out.text = text;
    out.outcome = outcome;
    out.meaning = meaning_of(verb);
    out.verb = verb;
    return out;
  }

  Channel& a() { return record.channels[0]; }

  RuleRecord& add_fault(const std::string& text) {
    Fault fault;
    BOOST_REQUIRE(parse_fault(text, fault).empty());
    scenario->faults.push_back(fault);
    record.rules.emplace_back();
    return record.rules.back();
  }
  // The last step did not hold.
  void fail(Stop stop, const std::string& code, const std::string& what, bool on_channel = true) {
    record.stop = stop;
    const std::size_t step = record.steps.size() - 1;
    record.steps[step].outcome = StepOutcome::unmet;
    record.unmet = Unmet{step, code, what, on_channel ? std::optional<std::size_t>(0) : std::nullopt};
  }
  void fail_at(std::size_t step, Stop stop, const std::string& code) {
    fail(stop, code, code, false);
    record.steps.back().outcome = StepOutcome::not_reached;
    record.steps[step].outcome = StepOutcome::unmet;
    record.unmet->step = step;
  }
  // The connection got `n` right bytes and then these.
  void wrong_bytes(std::uint64_t n, std::string window) {
    a().differs_at = n;
    a().received = n + window.size();
    a().window = std::move(window);
    fail(Stop::unmet, "wrong-bytes", "a got a wrong byte");
  }
  std::string right_bytes(std::uint64_t offset, std::size_t size) {
    std::string out(size, '\0');
    fill(a().expected, offset, std::span(reinterpret_cast<unsigned char*>(out.data()), out.size()));
    return out;
  }
  CallEvent& add_event(wire::Call call, std::int64_t asked, std::int64_t result,
                       std::uint16_t flags = wire::event_injected) {
    CallEvent e;
    e.call = call;
    e.fd = 4;
    e.asked = asked;
    e.result = result;
    e.flags = flags;
    record.events.push_back(e);
    return record.events.back();
  }
  // An event on the connection; `error`: an errno instead of a result.
  CallEvent& add_call(wire::Call call, std::int64_t asked, std::int64_t result, std::int32_t error = 0,
                      std::uint16_t flags = 0) {
    CallEvent& e = add_event(call, asked, error == 0 ? result : -1, flags);
    e.error = error;
    e.socket = 0;
    e.pid = e.tid = 17;
    return e;
  }
  // The program ended with this status, or by a signal, and nothing else is known.
  void end(Ending ending) {
    fail(Stop::gone, "gone", "no process of it is left", false);
    record.subject_ending = ending;
  }
  void add_waiting(const std::string& call, std::uint16_t local_port = 20000, std::uint16_t remote_port = 40000) {
    Waiting w;
    w.call = call;
    w.fd = 4;
    w.local_port = local_port;
    w.remote_port = remote_port;
    record.last_look.threads.push_back(w);
  }

  Observation observed() const { return observe(spec, record); }
  Result judged() const { return judge(spec, observed()); }
};

inline Diagnosis of(const MadeUp& m) {
  return diagnose(m.spec, m.observed());
}
inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
inline bool tells(const Diagnosis& d, const std::string& part) {
  return std::ranges::any_of(d.details, [&](const std::string& line) { return holds(line, part); });
}

}  // namespace sockrig
