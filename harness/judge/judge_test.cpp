// The rules of the outcomes, from made-up records.
#include "judge/judge.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>

#include "judge/made_up_for_tests.hpp"

namespace sockrig {
namespace {

bool is(Outcome o, const Result& r) {
  if (r.outcome != o) BOOST_TEST_MESSAGE("it is " << to_string(r.outcome) << ": " << r.reason);
  return r.outcome == o;
}
std::uint32_t& withheld(RuleRecord& r, wire::Withheld w) {
  return r.withheld[static_cast<std::size_t>(w)];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(judgement)

BOOST_AUTO_TEST_CASE(all_steps_met_without_faults_is_a_pass) {
  const Result r = MadeUp().judged();
  BOOST_TEST(is(Outcome::pass, r));
  BOOST_TEST(r.reason == "");
  BOOST_TEST(!r.diagnosis.has_value());
  BOOST_TEST(r.id == "stream/sample");
  BOOST_TEST(r.claim == "Bytes come back");
  BOOST_TEST(r.repeat == "sockrig run stream/sample");
  BOOST_TEST(r.command == "./server {port}");
  BOOST_REQUIRE(r.steps.size() == 4u);
  BOOST_TEST(r.steps[3].number == 4);
  BOOST_TEST((r.steps[3].state == StepState::met));
}

BOOST_AUTO_TEST_CASE(the_same_record_gives_the_same_result) {
  MadeUp m;
  m.add_fault("short-send bytes=7").fired = 3;
  m.wrong_bytes(100, m.right_bytes(300, 500));
  const Result one = m.judged(), two = m.judged();
  BOOST_TEST(one.reason == two.reason);
  BOOST_TEST((one.diagnosis->details == two.diagnosis->details));
}

BOOST_AUTO_TEST_CASE(a_fault_that_fired_is_evidence) {
  MadeUp m;
  RuleRecord& rule = m.add_fault("short-recv bytes=1");
  rule.seen = 20;
  rule.fired = 17;
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::pass, r));
  BOOST_REQUIRE(r.faults.size() == 1u);
  BOOST_TEST(r.faults[0].text == "short-recv bytes=1");
  BOOST_TEST(r.faults[0].seen == 20u);
  BOOST_TEST(r.faults[0].fired == 17u);
}

BOOST_AUTO_TEST_CASE(a_fault_that_never_fired_proves_nothing) {
  MadeUp m;
  m.add_fault("short-recv bytes=1").seen = 20;
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(r.reason == "short-recv bytes=1 never fired (20 calls were seen)");
}

BOOST_AUTO_TEST_CASE(each_fault_must_have_fired) {
  MadeUp m;
  m.add_fault("short-recv bytes=1").fired = 5;
  m.add_fault("short-send bytes=1").seen = 9;
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(holds(r.reason, "short-send"));
}

BOOST_AUTO_TEST_CASE(a_program_without_the_shim_is_inconclusive) {
  MadeUp m;
  m.add_fault("short-recv bytes=1");
  m.record.processes_attached = 0;
  m.record.sockets.clear();
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(holds(r.reason, "the shim is not in the program"));
}

BOOST_AUTO_TEST_CASE(without_faults_the_shim_is_not_needed) {
  MadeUp m;
  m.record.processes_attached = 0;
  m.record.sockets.clear();
  BOOST_TEST(is(Outcome::pass, m.judged()));
}

BOOST_AUTO_TEST_CASE(a_condition_that_the_outside_shows_needs_no_shim) {
  using enum StepVerb;
  for (const StepVerb verb : {makes_children, frees_memory, meets_dead, meets_shortage}) {
    MadeUp m;
    m.record.processes_attached = 0;
    m.record.sockets.clear();
    m.fail(Stop::unmet, "not-met", "no child process of it serves this connection");
    m.record.steps[m.record.unmet->step].verb = verb;
    m.record.steps[m.record.unmet->step].meaning = StepMeaning::condition;
    const bool by_calls = verb == meets_dead || verb == meets_shortage;
    BOOST_TEST(is(by_calls ? Outcome::inconclusive : Outcome::skipped, m.judged()));
    m.record.processes_attached = 1;  // it was seen not to
    m.record.sockets = MadeUp().record.sockets;
    CallEvent made;
    made.call = verb == meets_dead ? wire::Call::recv : wire::Call::socket;
    m.record.events.push_back(made);
    BOOST_TEST(is(Outcome::skipped, m.judged()));
  }
}

BOOST_AUTO_TEST_CASE(an_end_that_is_nobodys_fault_is_no_failure) {
  MadeUp on, unfinished;
  on.fail(Stop::unmet, "goes-on", "a ended its stream, and the server goes on sending");
  BOOST_TEST(is(Outcome::skipped, on.judged()));
  unfinished.fail(Stop::deadline, "unfinished", "it still moved when 300 seconds had passed");
  BOOST_TEST(is(Outcome::inconclusive, unfinished.judged()));
  BOOST_TEST(unfinished.judged().reason.find("300 seconds") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_program_that_could_not_be_held_is_not_judged) {
  MadeUp m;
  Step step;
  step.verb = StepVerb::is_held;
  ScriptLine line;
  line.actor = ActorKind::subject;
  line.steps = {{step}};
  m.scenario->scripts[Role::echo_server] = {line};
  m.add_fault("held call=send skip=1").withheld[static_cast<std::size_t>(wire::Withheld::in_handler)] = 2;
  m.record.steps.push_back(MadeUp::step("subject: is held", StepVerb::is_held));
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  Result r = m.judged();
  BOOST_TEST(is(Outcome::skipped, r));
  BOOST_TEST(r.reason ==
             "not applicable: no call of it could be held: every thread of it waits; a signal handler may have been "
             "making the call");
  m.record.sockets[0].sent = 0;
  r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(r.reason == "the program's calls were not seen: none of them could be held");
}

BOOST_AUTO_TEST_CASE(who_is_held_is_not_to_blame) {
  MadeUp m;
  m.fail(Stop::standstill, "held", "the script waits");  // at "receive echo", a claim
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(r.reason == "nothing was shown: the script waits");
}

BOOST_AUTO_TEST_CASE(a_fault_of_another_role_needs_no_evidence) {
  MadeUp m;
  m.scenario->scripts[Role::echo_server] = {};  // holds nothing
  m.add_fault("held call=send skip=1");
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::pass, r));
  BOOST_TEST(r.faults.empty());
}

BOOST_AUTO_TEST_CASE(whether_something_is_closed_twice_rests_on_the_shim) {
  MadeUp m;
  m.record.steps.back().verb = StepVerb::closes_once;
  m.record.steps.back().outcome = StepOutcome::met;
  BOOST_TEST(is(Outcome::pass, m.judged()));
  m.record.processes_attached = 0;
  m.record.sockets.clear();
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(holds(r.reason, "calls were not seen"));
}

BOOST_AUTO_TEST_CASE(bytes_that_the_peer_saw_and_the_shim_did_not_are_inconclusive) {
  // The shim is in, and sees a socket, but the data went another way (sendfile by hand, io_uring …).
  MadeUp m;
  m.add_fault("short-send bytes=1");
  m.record.sockets[0].sent = 0;
  Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(holds(r.reason, "calls were not seen"));
  m.record.sockets[0].remote_port = 41000;  // another connection
  m.record.sockets[0].sent = 1000;
  r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
}

BOOST_AUTO_TEST_CASE(a_fault_that_fired_where_not_all_was_seen_proves_nothing) {
  MadeUp m;
  m.add_fault("short-send bytes=1").fired = 3;
  m.record.sockets[0].sent = 999;
  Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(holds(r.reason, "on a it sent at least 1000 bytes, and 999 were seen"), r.reason);
  BOOST_TEST(holds(r.reason, "stdio on a socket"), r.reason);
  m.record.out_of_sight = {"'server' uses io_uring"};
  BOOST_TEST(holds(m.judged().reason, "'server' uses io_uring"));
  // The direction that the fault is not about says nothing of it; nor does one in which all was seen.
  m.record.sockets[0].sent = 1000;
  m.record.sockets[0].received = 999;
  BOOST_TEST(is(Outcome::pass, m.judged()));
  m.record.sockets[0].received = m.record.sockets[0].sent = 1001;
  BOOST_TEST(is(Outcome::pass, m.judged()));
}

BOOST_AUTO_TEST_CASE(it_says_by_whom_a_fault_was_realised) {
  for (const auto& [fault, by] : {std::pair{"short-recv bytes=1", "shim"},
                                  {"delayed microseconds=10", "shim"},
                                  {"interrupted call=recv", "kernel"},
                                  {"short-backlog most=1", "kernel"}}) {
    MadeUp m;
    m.add_fault(fault);
    BOOST_TEST(m.judged().faults.at(0).realised == by, fault);
  }
}

BOOST_AUTO_TEST_CASE(only_faults_in_the_data_rest_on_the_data) {
  for (const char* fault : {"delayed call=accept microseconds=10", "interrupted call=wait", "short-backlog most=1"}) {
    MadeUp m;
    m.add_fault(fault).fired = 3;
    m.record.sockets[0].received = m.record.sockets[0].sent = 10;
    BOOST_TEST(is(Outcome::pass, m.judged()), fault);
  }
  MadeUp killed;  // in the middle of a call, which is not counted then
  killed.add_fault("short-send bytes=1").fired = 3;
  killed.record.sockets[0].sent = 999;
  killed.record.ended_by_script = true;
  BOOST_TEST(is(Outcome::pass, killed.judged()));
}

BOOST_AUTO_TEST_CASE(what_the_program_is_keeps_a_claim_from_applying) {
  using enum wire::Withheld;
  for (const wire::Withheld w :
       {non_blocking, no_handler, restarts, signal_blocked, wait_all, not_stream, edge_triggered, ready, blocking}) {
    MadeUp m;
    RuleRecord& rule = m.add_fault("interrupted call=recv");
    rule.seen = 5;
    withheld(rule, w) = 5;
    const Result r = m.judged();
    BOOST_TEST(is(Outcome::skipped, r), to_string(w));
    BOOST_TEST(holds(r.reason, "not applicable"));
    BOOST_TEST(holds(r.reason, std::string(to_string(w)) + " (5 times)"));
    BOOST_TEST(r.faults[0].withheld.at(std::string(to_string(w))) == 5u);
  }
}

BOOST_AUTO_TEST_CASE(what_the_moment_was_like_is_no_reason_to_skip) {
  using enum wire::Withheld;
  for (const wire::Withheld w : {low_water, peek, end_queued, not_ready, alive}) {
    MadeUp m;
    RuleRecord& rule = m.add_fault("short-recv bytes=1");
    rule.seen = 5;
    withheld(rule, w) = 4;
    withheld(rule, non_blocking) = 1;
    const Result r = m.judged();
    BOOST_TEST(is(Outcome::inconclusive, r), to_string(w));
    BOOST_TEST(holds(r.reason, to_string(w).data()));
  }
}

BOOST_AUTO_TEST_CASE(a_call_too_small_to_cut_says_nothing_of_either) {
  MadeUp m;
  RuleRecord& rule = m.add_fault("short-send bytes=1");
  rule.seen = 5;
  withheld(rule, wire::Withheld::too_small) = 4;
  BOOST_TEST(is(Outcome::inconclusive, m.judged()));
  withheld(rule, wire::Withheld::edge_triggered) = 1;
  BOOST_TEST(is(Outcome::skipped, m.judged()));
  withheld(rule, wire::Withheld::edge_triggered) = 0;
  withheld(rule, wire::Withheld::too_small) = 5;  // all of them: it moves single bytes
  BOOST_TEST(is(Outcome::skipped, m.judged()));
}

BOOST_AUTO_TEST_CASE(inconclusive_outranks_skipped) {
  for (const bool first : {true, false}) {
    MadeUp m;
    const auto program = [&] {
      RuleRecord& rule = m.add_fault("interrupted call=recv");
      rule.seen = withheld(rule, wire::Withheld::non_blocking) = 5;
    };
    if (first) program();
    m.add_fault("short-recv bytes=1").seen = 20;
    if (!first) program();
    BOOST_TEST(is(Outcome::inconclusive, m.judged()));
  }
}

BOOST_AUTO_TEST_CASE(a_program_that_never_makes_the_call_is_skipped) {
  MadeUp m;
  m.add_fault("interrupted call=accept");
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::skipped, r));
  BOOST_TEST(holds(r.reason, "makes no call"));
}

BOOST_AUTO_TEST_CASE(a_program_that_asks_for_no_addresses_is_skipped) {
  MadeUp m;
  m.add_fault("resolver-fails error=again");
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::skipped, r));
  BOOST_TEST(holds(r.reason, "makes no call that resolver-fails error=again could meet"));
}

BOOST_AUTO_TEST_CASE(names_that_could_not_be_told_are_no_failure) {
  MadeUp m;
  m.fail(Stop::unmet, "wrong-exit", "it exited with status 1", false);
  m.record.names_asked = 0;  // by getaddrinfo(), where the shim stands in for private files
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(holds(r.reason, "the program did not ask them"));
  m.add_event(wire::Call::connect, m.record.port, -1, 0).error = ECONNREFUSED;  // it knew an address all the same
  BOOST_TEST(is(Outcome::fail, m.judged()));
  m.record.events.pop_back();
  m.record.names_asked = 1;
  BOOST_TEST(is(Outcome::fail, m.judged()));
  m.record.names_asked = 0;
  m.record.subject_ending = Ending{true, 11};
  BOOST_TEST(is(Outcome::fail, m.judged()));
}

BOOST_AUTO_TEST_CASE(an_unmet_step_is_a_failure_even_if_no_fault_fired) {
  MadeUp m;
  m.add_fault("short-recv bytes=1");
  m.record.processes_attached = 0;
  m.fail(Stop::unmet, "ended-early", "the stream to a ended after 17 of 1000 bytes");
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::fail, r));
  BOOST_TEST(r.reason == "the stream to a ended after 17 of 1000 bytes");
  BOOST_REQUIRE(r.diagnosis.has_value());
  BOOST_TEST(r.diagnosis->message == r.reason);
  BOOST_TEST((r.steps[3].state == StepState::unmet));
}

BOOST_AUTO_TEST_CASE(evidence_that_the_kernel_did_not_show_is_inconclusive) {
  MadeUp m;
  m.record.steps.push_back(MadeUp::step("kernel: ListenOverflows rises", StepVerb::counter_rises, StepOutcome::unmet));
  m.fail(Stop::unmet, "no-evidence", "the kernel did not show it", false);
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::inconclusive, r));
  BOOST_TEST(r.reason == "the kernel did not show it: kernel: ListenOverflows rises");
  BOOST_TEST(!r.diagnosis.has_value());
}

BOOST_AUTO_TEST_CASE(a_crash_after_the_last_step_is_a_failure) {
  MadeUp m;
  m.record.subject_ending = Ending{true, SIGSEGV};
  const Result r = m.judged();
  BOOST_TEST(is(Outcome::fail, r));
  BOOST_TEST(r.diagnosis->code == "killed-by-signal");
  BOOST_TEST(r.reason == "the server was killed by SIGSEGV");
}

BOOST_AUTO_TEST_CASE(a_crash_outranks_missing_evidence) {
  MadeUp m;
  m.record.steps.push_back(MadeUp::step("kernel: TIME_WAIT on the port", StepVerb::time_wait, StepOutcome::unmet));
  m.fail(Stop::unmet, "no-evidence", "the kernel did not show it", false);
  m.record.subject_ending = Ending{true, SIGABRT};
  BOOST_TEST(is(Outcome::fail, m.judged()));
}

BOOST_AUTO_TEST_CASE(what_the_script_killed_did_not_crash) {
  MadeUp m;
  m.record.subject_ending = Ending{true, SIGKILL};
  m.record.ended_by_script = true;
  BOOST_TEST(is(Outcome::pass, m.judged()));
}

BOOST_AUTO_TEST_CASE(an_exit_after_the_last_step_is_no_failure) {
  MadeUp m;
  m.record.subject_ending = Ending{false, 1};
  BOOST_TEST(is(Outcome::pass, m.judged()));
}

BOOST_AUTO_TEST_CASE(should_becomes_must_where_the_program_catches_signals) {
  MadeUp m;
  m.scenario->level = Level::should;
  RuleRecord& rule = m.add_fault("interrupted call=recv");
  rule.seen = rule.fired = 3;
  m.scenario->must_with_handler = true;
  BOOST_TEST((m.judged().level == Level::should), "a handler that was lent");
  m.record.rules[0].fired_own = 1;
  BOOST_TEST((m.judged().level == Level::must), "a handler of its own");
  m.scenario->must_with_handler = false;
  BOOST_TEST((m.judged().level == Level::should), "the claim does not ask");
}

BOOST_AUTO_TEST_CASE(evidence_of_the_kernel_and_output_are_handed_on) {
  MadeUp m;
  m.record.kernel = {{"ListenOverflows", 17}};
  m.record.output = "hello\xff";
  const Result r = m.judged();
  BOOST_TEST(r.kernel.at("ListenOverflows") == 17);
  BOOST_TEST(r.output == "hello\xff");
}

BOOST_AUTO_TEST_CASE(the_hint_is_of_the_mistake_or_of_the_claim_but_not_of_faults_that_had_not_fired) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  BOOST_TEST(m.judged().hint == "Look.");
  RuleRecord& rule = m.add_fault("short-send bytes=1");
  rule.seen = 1;
  BOOST_TEST(m.judged().hint.starts_with("Nothing had been injected yet"));
  m.record.sockets[0].ends = 200;
  m.record.stop = Stop::spinning;
  BOOST_TEST(m.judged().hint.starts_with("recv() returns 0 at the end of the stream"));
  m.record.sockets[0].ends = 0;
  m.record.rules[0].fired = 1;
  BOOST_TEST(m.judged().hint == "Look.");
}

BOOST_AUTO_TEST_CASE(the_claim_knows_better_what_a_client_does_after_a_failed_call) {
  MadeUp m;
  m.end({false, 1});
  m.add_call(wire::Call::listen, 5, 0).socket = -1;
  m.add_call(wire::Call::accept, 0, 0, ECONNABORTED).socket = -1;
  BOOST_TEST(m.judged().hint.starts_with("A failed call is not the end of the program"));
  m.spec.role = Role::client;
  BOOST_TEST(m.judged().diagnosis->code == "error-ends-program");
  BOOST_TEST(m.judged().hint == "Look.");
  m.record.events = {};
  m.record.output = "Traceback (most recent call last):\n  File\nKeyError: 1\n";
  BOOST_TEST(m.judged().diagnosis->code == "uncaught-exception");
  BOOST_TEST(m.judged().hint.starts_with("Catch what your functions throw"));
  BOOST_TEST(m.judged().hint.ends_with(" Look."));
}

BOOST_AUTO_TEST_CASE(what_was_not_run_says_why) {
  const MadeUp m;
  const Result r = unjudged(m.spec, Outcome::skipped, "needs namespaces");
  BOOST_TEST(is(Outcome::skipped, r));
  BOOST_TEST(r.reason == "needs namespaces");
  BOOST_TEST(r.hint == "Look.");
  BOOST_TEST(r.steps.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
