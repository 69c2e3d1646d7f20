// The cause rather than the symptom, from made-up records.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>

#include "judge/diagnose_dialogue.hpp"
#include "judge/made_up_for_tests.hpp"

namespace sockrig {
BOOST_AUTO_TEST_SUITE(diagnoses)

BOOST_AUTO_TEST_CASE(lost_bytes_are_named_with_offset_and_connection) {
  MadeUp m;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "lost-bytes");
  BOOST_TEST(d.message == "lost 200 bytes at offset 100 of what a sent");
  BOOST_TEST(d.connection == "a");
  BOOST_TEST((d.offset == 100u));
}

BOOST_AUTO_TEST_CASE(a_short_send_explains_what_is_lost) {
  MadeUp m;
  m.add_fault("short-send bytes=100").fired = 1;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  m.add_event(wire::Call::send, 300, 100).rules = wire::rule_bit(1);
  const Diagnosis d = of(m);
  BOOST_TEST(d.message ==
             "lost 200 bytes at offset 100 of what a sent: send() returned 100 of 300 and the other 200 bytes were "
             "never sent");
  BOOST_TEST(tells(d, "send(fd 4) asked 300 → 100   INJECTED short-send bytes=100"));
}

BOOST_AUTO_TEST_CASE(a_short_send_explains_what_is_repeated) {
  MadeUp m;
  m.add_fault("short-send bytes=100").fired = 1;
  m.wrong_bytes(400, m.right_bytes(300, 700));
  m.add_event(wire::Call::write, 300, 100);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "short-send-from-start");
  BOOST_TEST(holds(d.message, ": write() returned 100 of 300, and the next call began at the start again"));
}

BOOST_AUTO_TEST_CASE(a_short_send_where_the_stream_goes_wrong_is_named_even_if_its_rest_is_not_what_is_missing) {
  MadeUp m;
  m.add_fault("short-send bytes=100").fired = 1;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  m.add_event(wire::Call::send, 60, 60, 0);
  m.add_event(wire::Call::send, 400, 40);
  BOOST_TEST(of(m).code == "short-send-misplaced");
  BOOST_TEST(
      of(m).message ==
      "lost 200 bytes at offset 100 of what a sent: send() returned 40 of 400, and what was sent next does not follow");
}

BOOST_AUTO_TEST_CASE(a_short_send_that_does_not_fit_is_not_blamed) {
  MadeUp m;
  m.add_fault("short-send bytes=100").fired = 1;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  m.add_event(wire::Call::send, 400, 50);     // neither its rest nor what was sent by then fits
  m.add_event(wire::Call::send, 251, 50, 0);  // what was sent by then fits, but not its rest, and nobody injected it
  BOOST_TEST(of(m).message == "lost 200 bytes at offset 100 of what a sent");
}

BOOST_AUTO_TEST_CASE(a_short_send_of_the_kernel_is_named_where_it_is_that_very_one) {
  MadeUp m;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  m.add_call(wire::Call::send, 60, 60);
  m.add_call(wire::Call::send, 240, 40);
  BOOST_TEST(of(m).code == "short-send-ignored");
  BOOST_TEST(holds(of(m).message, "send() returned 40 of 240 and the other 200 bytes were never sent"));
  m.record.events[1].asked = 241;  // that would have lost one more
  BOOST_TEST(of(m).code == "lost-bytes");
}

BOOST_AUTO_TEST_CASE(what_a_send_without_room_was_given_is_missed_by_name) {
  MadeUp m;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  m.add_call(wire::Call::send, 100, 100);
  m.add_call(wire::Call::send, 200, 0, EAGAIN);
  m.add_call(wire::Call::send, 700, 700);
  m.record.sockets[0].sent = 800;
  BOOST_TEST(of(m).code == "would-block-dropped");
  BOOST_TEST(holds(of(m).message, "was told to wait (EAGAIN), and the 200 bytes that it was given were never sent"));
}

BOOST_AUTO_TEST_CASE(a_failure_without_a_fired_fault_says_so) {
  MadeUp m;
  m.add_fault("short-send bytes=100").seen = 4;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  BOOST_TEST(tells(of(m), "no fault had fired"));
  m.record.rules[0].fired = 1;
  BOOST_TEST(!tells(of(m), "no fault had fired"));
}

BOOST_AUTO_TEST_CASE(a_port_without_htons_is_recognised) {
  MadeUp m;
  m.fail_at(1, Stop::standstill, "stuck");
  m.record.port = 20000;        // 0x4e20
  m.record.listening = {8270};  // 0x204e
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "port-byte-swapped");
  BOOST_TEST(holds(d.message, "htons() is missing"));
  BOOST_TEST(holds(d.message, "8270 instead of 20000"));
  m.record.listening = {8271};
  BOOST_TEST(of(m).code == "wrong-port");
  m.record.listening = {};
  BOOST_TEST(of(m).code == "not-listening");
}

BOOST_AUTO_TEST_CASE(a_swapped_port_that_another_had_is_recognised_by_what_bind_was_asked) {
  MadeUp m;
  m.fail_at(1, Stop::gone, "gone");
  m.record.subject_ending = Ending{false, 1};
  m.record.port = 20000;
  m.add_event(wire::Call::bind, 8270, -1, 0).error = EADDRINUSE;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "port-byte-swapped");
  BOOST_TEST(holds(d.message, "asked bind() for port 8270 instead of 20000"));
  BOOST_TEST(tells(d, "bind(fd 4, port 8270) → EADDRINUSE"));
}

BOOST_AUTO_TEST_CASE(another_port_that_it_did_not_get_is_told_as_the_wrong_one) {
  MadeUp m;
  m.fail_at(1, Stop::standstill, "stuck");
  m.record.port = 20000;
  m.add_event(wire::Call::bind, 7, -1, 0).error = EACCES;
  BOOST_TEST(of(m).code == "wrong-port");
  BOOST_TEST(holds(of(m).message, "asked bind() for port 7 instead of 20000"));
  m.add_event(wire::Call::bind, 20000, -1, 0).error = EACCES;
  BOOST_TEST(of(m).code == "not-listening");
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_before_listening_is_told_with_its_bind) {
  MadeUp m;
  m.fail_at(1, Stop::gone, "gone");
  m.record.subject_ending = Ending{false, 1};
  CallEvent& e = m.add_event(wire::Call::bind, 20000, -1, 0);
  e.error = EADDRINUSE;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "ended-before-listening");
  BOOST_TEST(d.message == "the server exited with status 1 and does not listen on port 20000");
  BOOST_TEST(tells(d, "bind(fd 4, port 20000) → EADDRINUSE"));
}

BOOST_AUTO_TEST_CASE(death_by_sigpipe_names_what_is_missing) {
  MadeUp m;
  m.fail(Stop::gone, "gone", "no process of it is left", false);
  m.record.subject_ending = Ending{true, SIGPIPE};
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "killed-by-sigpipe");
  BOOST_TEST(holds(d.message, "was killed by SIGPIPE"));
  BOOST_TEST(holds(d.message, "MSG_NOSIGNAL"));
  BOOST_TEST(d.defect == dead_connection);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_accepted_and_left_alone_beside_others_is_told_apart) {
  const auto defect = [](auto change) {
    MadeUp m;
    Diagnostics none;
    m.scenario->scripts[Role::echo_server] = parse_script("4 clients: connect\n", "", 1, false, none);
    m.fail(Stop::standstill, "stuck", "every thread of it waits");
    m.a().received = 0;
    wire::Call& inside = m.record.sockets[0].inside;
    m.record.sockets[0].flags = wire::socket_accepted;
    change(m, inside);
    return of(m).defect;
  };
  BOOST_TEST(defect([](MadeUp&, wire::Call&) {}) == unserved);
  BOOST_TEST(defect([](MadeUp& m, wire::Call&) { m.record.sockets[0].recv_calls = 1; }) == "");
  BOOST_TEST(defect([](MadeUp&, wire::Call& inside) { inside = wire::Call::recv; }) == "",
             "it is just being received from");
  BOOST_TEST(defect([](MadeUp& m, wire::Call&) { m.record.sockets[0].flags = 0; }) == "", "nobody has accepted it");
  BOOST_TEST(defect([](MadeUp& m, wire::Call&) { m.scenario->scripts[Role::echo_server][0].in_turn = true; }) == "",
             "nobody is beside it");
  BOOST_TEST(defect([](MadeUp& m, wire::Call&) { m.wrong_bytes(17, "abcdefgh"); }) == cross_talk);
}

BOOST_AUTO_TEST_CASE(a_crash_outranks_the_reset_that_it_causes) {
  MadeUp m;
  m.fail(Stop::unmet, "reset", "a was reset after 17 of 1000 bytes");
  m.record.subject_ending = Ending{true, SIGSEGV};
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "killed-by-signal");
  BOOST_TEST(holds(d.message, "SIGSEGV"));
}

BOOST_AUTO_TEST_CASE(a_server_that_ended_explains_the_lost_connection) {
  MadeUp m;
  m.fail(Stop::unmet, "connect-failed", "b could not connect to the server: Connection refused");
  m.record.subject_ending = Ending{false, 1};
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "ended");
  BOOST_TEST(d.message == "the server exited with status 1");
  BOOST_TEST(tells(d, "it ended in the middle of the scenario: b could not connect to the server: Connection refused"));
}

BOOST_AUTO_TEST_CASE(a_client_that_ended_is_not_called_a_server) {
  MadeUp m;
  m.spec.role = Role::client;
  m.fail(Stop::unmet, "ended-early", "the stream to a ended after 17 of 1000 bytes");
  m.a().received = 17;
  m.record.subject_ending = Ending{false, 0};
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "exits-zero-after-loss");
  BOOST_TEST(d.message ==
             "the client exited with status 0, as if all were well: the stream to a ended after 17 of 1000 bytes");
  BOOST_TEST((d.offset == 17u));
}

BOOST_AUTO_TEST_CASE(a_server_that_spins_at_the_end_of_a_stream_is_recognised) {
  MadeUp m;
  m.fail(Stop::spinning, "spinning", "it uses the processor, and nothing moves");
  BOOST_TEST(of(m).code == "spins");
  m.record.sockets[0].ends = 145833;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "spins-at-end");
  BOOST_TEST(holds(d.message, "returned 0 on a, the end of its stream, and the server received again, 145833 times"));
}

BOOST_AUTO_TEST_CASE(a_stuck_server_says_where_it_waits) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.add_waiting("recv");
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "stuck-in-recv");
  BOOST_TEST(d.message == "the server is stuck: it waits in recv() on the connection a, with nothing to receive");
  m.record.last_look.threads[0].call = "send";
  m.record.last_look.threads[0].send_queue = 131072;
  d = of(m);
  BOOST_TEST(d.code == "stuck-in-send");
  BOOST_TEST(holds(d.message, "131072 bytes are queued to it"));
  m.add_waiting("recv");
  BOOST_TEST(of(m).code == "stuck");  // in two different calls
  m.record.last_look.threads = {};
  BOOST_TEST(of(m).code == "stuck");
}

BOOST_AUTO_TEST_CASE(no_progress_is_not_called_stuck) {
  MadeUp m;
  m.fail(Stop::deadline, "no-progress", "it waits with a timeout");
  m.add_waiting("recv");
  m.record.last_look.threads[0].timed = true;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "no-progress");
  BOOST_TEST(holds(d.message, "(with a timeout)"));
}

BOOST_AUTO_TEST_CASE(too_much_is_named) {
  MadeUp m;
  m.fail(Stop::too_much, "too-much-memory", "it uses more than 2 GiB of memory", false);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "too-much-memory");
  BOOST_TEST(d.message == "the server went over a limit: it uses more than 2 GiB of memory");
  MadeUp early;  // before it listens, too
  early.fail_at(1, Stop::too_much, "too-many-processes");
  BOOST_TEST(of(early).code == "too-many-processes");
}

BOOST_AUTO_TEST_CASE(a_stream_that_stopped_short_is_told) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.a().received = 17;
  BOOST_TEST(tells(of(m), "a got 17 of 1000 bytes of what a sent"));
  // Up to the NUL of its first bytes that are one.
  const std::string all = m.right_bytes(0, 1000);
  m.a().received = all.find('\0');
  BOOST_REQUIRE(m.a().received < 1000u);
  BOOST_TEST(tells(of(m), "the next byte due on a is a NUL"));
}

BOOST_AUTO_TEST_CASE(what_the_step_says_is_told_where_nothing_better_is_known) {
  MadeUp m;
  m.fail(Stop::unmet, "descriptors-leaked", "it has 205 descriptors open, 5 before", false);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "descriptors-leaked");
  BOOST_TEST(d.message == "it has 205 descriptors open, 5 before");
  BOOST_TEST(d.connection == "");
}

BOOST_AUTO_TEST_CASE(a_wrong_answer_is_told_in_the_words_of_the_dialogue) {
  MadeUp m;
  m.fail(Stop::unmet, "wrong-answer", "line 4 of the dialogue did not hold");
  m.record.dialogue = DialogueRecord{.connection = "a",
                                     .situation = "line 3 was cut after 2 bytes of 6",
                                     .line = 4,
                                     .expected = "5 HELLO\n",
                                     .got = "2 HE\n",
                                     .total = 8,
                                     .got_total = 5};
  DialogueRecord& d = *m.record.dialogue;
  BOOST_TEST(of(m).code == "wrong-answer");
  BOOST_TEST(of(m).message ==
             "line 4 of the dialogue: expected \"5 HELLO\\n\", got \"2 HE\\n\" (line 3 was cut after 2 bytes of 6)");
  BOOST_TEST(of(m).connection == "a");
  d.situation = "";
  d.from = 100;
  d.total = 200;
  d.got_total = 300;
  BOOST_TEST(of(m).message ==
             "line 4 of the dialogue, from byte 100 of 200: expected …\"5 HELLO\\n…\", got …\"2 HE\\n…\"");
}

BOOST_AUTO_TEST_CASE(an_answer_that_never_comes_names_its_line_and_who_waits) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.add_waiting("recv");
  m.record.dialogue =
      DialogueRecord{.connection = "a", .situation = "", .line = 4, .expected = "OK\n", .got = "", .total = 3};
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "stuck-in-recv");
  BOOST_TEST(d.message.starts_with("line 4 of the dialogue: expected \"OK\\n\", nothing came; the server is stuck: it "
                                   "waits in recv()"),
             d.message);
}

BOOST_AUTO_TEST_CASE(other_ways_in_which_a_dialogue_ends) {
  DialogueRecord d{.connection = "a", .situation = "", .line = 7, .expected = "", .got = "", .total = 3};
  BOOST_TEST(to_string(d) == "at line 7 of the dialogue");
  d.nothing = true;
  BOOST_TEST(to_string(d) == "after line 7 of the dialogue");
  d.got = "X";
  d.got_total = 1;
  BOOST_TEST(to_string(d) == "after line 7 of the dialogue, its last, nothing more was due, and 1 byte came: \"X\"");
  d.nothing = false;
  d.end = true;
  BOOST_TEST(to_string(d) == "line 7 of the dialogue: the server must end its stream, and sent \"X\"");
  d.got = "";
  BOOST_TEST(to_string(d) == "line 7 of the dialogue: the server must end its stream, and did not");
  d.end = false;
  d.sending = true;
  d.expected = "abc";
  BOOST_TEST(to_string(d) == "line 7 of the dialogue could not be sent: \"abc\"");
}

BOOST_AUTO_TEST_CASE(a_death_in_a_dialogue_comes_first) {
  MadeUp m;
  m.fail(Stop::unmet, "reset", "the server reset the connection");
  m.record.subject_ending = Ending{true, SIGSEGV};
  m.record.dialogue =
      DialogueRecord{.connection = "a", .situation = "", .line = 2, .expected = "A", .got = "", .total = 1};
  BOOST_TEST(of(m).message.find("line 2 of the dialogue") != std::string::npos);
  BOOST_TEST(of(m).message.starts_with("the server "), of(m).message);
  BOOST_TEST(of(m).code == "killed-by-signal");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
