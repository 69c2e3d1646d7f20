// Causes that the timeline proves, and that nothing is said where it does not.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>

#include "judge/last_words.hpp"
#include "judge/made_up_for_tests.hpp"

namespace sockrig {
namespace {

using wire::Call;

// An event on the connection; `error`: an errno instead of a result.
CallEvent& call(MadeUp& m, Call c, std::int64_t asked, std::int64_t result, int error = 0, std::uint16_t flags = 0) {
  return m.add_call(c, asked, result, error, flags);
}
void moved(MadeUp& m, std::uint64_t received, std::uint64_t sent) {
  m.record.sockets[0].received = received;
  m.record.sockets[0].sent = sent;
}
void exited(MadeUp& m, int status) {
  m.fail(Stop::unmet, "reset", "a was reset after 17 of 1000 bytes");
  m.record.subject_ending = Ending{false, status};
}
void look_at(MadeUp& m, std::uint16_t remote_port, std::uint32_t unread, std::uint32_t inode = 1,
             TcpState state = TcpState::established) {
  KernelSocket s;
  s.state = state;
  s.local_port = 20000;
  s.remote_port = remote_port;
  s.receive_queue = unread;
  s.inode = inode;
  m.record.last_look.sockets.push_back(s);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(causes)

BOOST_AUTO_TEST_CASE(a_line_is_shown_where_one_is_known) {
  MadeUp m;
  m.add_fault("short-send bytes=100").fired = 1;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  CallEvent& e = call(m, Call::send, 300, 100, 0, wire::event_injected);
  e.image = 1;
  e.caller = 0x1234;
  BOOST_TEST(holds(of(m).message, ": send() returned 100 of 300"));
  m.record.places[{1, 0x1234}] = "server.cpp:42";
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "short-send-ignored");
  BOOST_TEST(d.message ==
             "lost 200 bytes at offset 100 of what a sent: send() at server.cpp:42 returned 100 of 300 and the other "
             "200 bytes were never sent");
  BOOST_TEST(tells(d, "send(fd 4) asked 300 → 100 at server.cpp:42   INJECTED"));
}

BOOST_AUTO_TEST_CASE(the_last_part_instead_of_the_sum_is_recognised) {
  MadeUp m;
  m.wrong_bytes(150, m.right_bytes(50, 700));
  call(m, Call::send, 300, 100, 0, wire::event_injected);
  call(m, Call::send, 200, 50, 0, wire::event_injected);
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "short-send-last-part");
  BOOST_TEST(holds(d.message, "send() returned 100 of 300 and then 50, and the next call began at 50 instead of 150"));
  m.record.events[0].result = 90;  // then the numbers do not agree
  m.record.events[0].asked = 290;
  BOOST_TEST(of(m).code == "repeated-bytes");
}

BOOST_AUTO_TEST_CASE(the_full_length_from_the_right_start_is_recognised) {
  MadeUp m;
  m.wrong_bytes(300, std::string(100, '\0'));
  call(m, Call::send, 300, 100, 0, wire::event_injected);
  call(m, Call::send, 300, 300);
  moved(m, 300, 400);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "short-send-overrun");
  BOOST_TEST(holds(d.message, "the next call was given all 300 again, from there on: 100 bytes more than were left"));
  m.record.events[1].asked = 200;
  m.record.events[1].result = 200;
  moved(m, 300, 300);
  BOOST_TEST(of(m).code == "corrupted-bytes");
}

BOOST_AUTO_TEST_CASE(an_interrupted_send_that_was_dropped_is_recognised_only_if_no_call_is_missing) {
  MadeUp m;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  call(m, Call::send, 100, 100);
  call(m, Call::send, 200, 0, EINTR, wire::event_injected);
  moved(m, 1000, 100);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "interrupted-send-dropped");
  BOOST_TEST(holds(d.message, "send() was interrupted by a signal before it took a byte (EINTR), and its 200 bytes"));
  moved(m, 1000, 900);
  BOOST_TEST(of(m).code == "lost-bytes");
}

BOOST_AUTO_TEST_CASE(interrupted_sends_in_a_row_are_lost_together) {
  MadeUp m;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  call(m, Call::send, 100, 100);
  call(m, Call::send, 150, 0, EINTR, wire::event_injected);
  call(m, Call::send, 50, 0, EINTR, wire::event_injected);
  moved(m, 1000, 100);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "interrupted-send-dropped");
  BOOST_TEST(holds(d.message, "2 times in a row, and the 200 bytes of these calls were never sent"));
  m.record.events[2].asked = 60;
  BOOST_TEST(of(m).code == "lost-bytes");
}

BOOST_AUTO_TEST_CASE(a_restart_is_told_from_a_rest_that_was_dropped_by_the_bytes_that_came) {
  MadeUp m;
  std::string first, next;  // of each block of 100 its first byte
  for (int i = 1; i < 8; ++i) first += m.right_bytes(0, 1), next += m.right_bytes(100 * i, 1);
  m.wrong_bytes(1, next);
  call(m, Call::recv, 1000, 800);
  for (int i = 0; i < 8; ++i) call(m, Call::send, 100, 1, 0, wire::event_injected);
  moved(m, 800, 8);
  BOOST_TEST(of(m).code == "short-send-ignored");
  m.a().window[6] ^= 1;
  BOOST_TEST(of(m).code == "short-send-misplaced");
  m.a().window = first;
  BOOST_TEST(of(m).code == "short-send-misplaced");  // one block: it should hold the last bytes received
  m.record.events[0].result = 100;
  moved(m, 100, 8);
  BOOST_TEST(of(m).code == "short-send-from-start");
  m.a().window = first.substr(0, 1);
  BOOST_TEST(of(m).code == "short-send-misplaced");  // by accident, perhaps
}

BOOST_AUTO_TEST_CASE(sending_more_than_was_received_is_recognised) {
  MadeUp m;
  m.wrong_bytes(10, std::string(90, '\0'));
  call(m, Call::recv, 100, 10, 0, wire::event_injected);
  call(m, Call::send, 100, 100);
  moved(m, 10, 100);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "short-recv-ignored");
  BOOST_TEST(holds(d.message, "recv() returned 10 of 100, and send() was given all 100"));
}

BOOST_AUTO_TEST_CASE(minus_one_in_a_size_or_a_total_is_recognised) {
  MadeUp m;
  m.wrong_bytes(100, m.right_bytes(101, 700));
  call(m, Call::recv, 50, 0, EINTR, wire::event_injected);
  call(m, Call::recv, 50, 50);
  BOOST_TEST(of(m).code == "lost-bytes");
  m.record.events[1].asked = 51;
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "minus-one-added");
  BOOST_TEST(holds(d.message, "recv() returned -1 when 50 bytes were asked for, and the next call asked for 51"));
  call(m, Call::send, -1, 4000);
  d = of(m);
  BOOST_TEST(d.code == "minus-one-as-size");
  BOOST_TEST(holds(d.message, "send() was given 18446744073709551615 bytes"));
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_for_an_interruption_or_a_timeout_is_recognised) {
  MadeUp m;
  m.fail(Stop::unmet, "ended-early", "the stream to a ended after 17 of 1000 bytes");
  call(m, Call::recv, 4096, 17);
  call(m, Call::send, 17, 17);
  call(m, Call::recv, 4096, 0, EINTR, wire::event_injected);
  call(m, Call::close, 0, 0);
  moved(m, 17, 17);
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "interrupt-taken-for-end");
  BOOST_TEST(holds(d.message, "recv() on a was interrupted by a signal (EINTR)"));
  m.record.events[2].error = EAGAIN;
  m.record.sockets[0].flags = wire::socket_timed_recv;
  d = of(m);
  BOOST_TEST(d.code == "would-block-taken-for-end");
  BOOST_TEST(holds(d.message, "recv() on a had nothing to do yet (EAGAIN, after its SO_RCVTIMEO), which ends nothing"));
  m.record.events[2].error = ECONNRESET;  // then it may well be closed
  BOOST_TEST(of(m).code == "ended-early");
  m.record.events[2].error = EINTR;
  moved(m, 1000, 17);  // receives are missing from the timeline: one may have come after it
  BOOST_TEST(of(m).code == "ended-early");
}

BOOST_AUTO_TEST_CASE(resets_tell_lingering_from_unread_bytes) {
  MadeUp m;
  m.fail(Stop::unmet, "reset", "a was reset after 17 of 1000 bytes");
  BOOST_TEST(of(m).code == "reset");  // all was received, and nothing was closed
  m.record.sockets[0].flags = wire::socket_closed;
  BOOST_TEST(of(m).code == "reset");
  m.record.sockets[0].received = 488;
  m.record.sockets[0].recv_calls = 1;
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "ended-early");  // a had not ended its stream: an echo server has no reason to close
  BOOST_TEST(holds(d.message, "it was closed after 488 bytes of the 1000 sent to it were received"));
  BOOST_TEST(holds(d.message, ", and before a had ended"));
  m.a().shut = true;
  d = of(m);
  BOOST_TEST(d.code == "closed-unread");
  BOOST_TEST(holds(d.message, "it was closed after 488 bytes of the 1000 sent to it were received: closing"));
  m.record.sockets[0].flags |= wire::socket_linger_zero;
  d = of(m);
  BOOST_TEST(d.code == "reset-by-linger");
  BOOST_TEST(holds(d.message, "SO_LINGER was set with 0 seconds"));
}

BOOST_AUTO_TEST_CASE(a_program_that_ended_is_told_with_its_last_call) {
  MadeUp m;
  exited(m, 1);
  call(m, Call::listen, 10, 0).socket = -1;
  call(m, Call::accept, 0, 0, EINTR, wire::event_injected).socket = -1;
  call(m, Call::close, 0, 0).socket = -1;
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "interrupt-ends-program");
  BOOST_TEST(d.message ==
             "the server exited with status 1: accept() was interrupted by a signal (EINTR), which is no failure: the "
             "call is to be made again; but that was its last call");
  m.record.events[1].error = ECONNABORTED;
  BOOST_TEST(of(m).code == "error-ends-program");
  m.record.events[1].error = 0;
  m.record.events[1].result = 5;
  BOOST_TEST(of(m).code == "ended");
  m.record.events[1].call = Call::recv;
  m.record.events[1].asked = 100;
  m.record.events[1].result = 0;
  BOOST_TEST(of(m).code == "end-of-stream-ends-program");
  m.record.events_dropped = 1;  // another call may have been the last
  BOOST_TEST(of(m).code == "ended");
}

BOOST_AUTO_TEST_CASE(sigpipe_names_the_call) {
  MadeUp m;
  m.fail(Stop::gone, "gone", "no process of it is left", false);
  m.record.subject_ending = Ending{true, SIGPIPE};
  m.record.sockets[0].inside = Call::send;
  m.record.sockets[0].image = 1;
  m.record.sockets[0].caller = 99;
  m.record.places[{1, 99}] = "socket.cpp:7";
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "killed-by-sigpipe");
  BOOST_TEST(holds(d.message, "the server was killed by SIGPIPE in send() at socket.cpp:7 on a: it sent"));
}

BOOST_AUTO_TEST_CASE(an_uncaught_exception_is_quoted) {
  MadeUp m;
  m.fail(Stop::gone, "gone", "no process of it is left", false);
  m.record.subject_ending = Ending{true, SIGABRT};
  m.record.output = "terminate called after throwing an instance of 'std::system_error'\n  what():  recv: Broken\n";
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "uncaught-exception");
  BOOST_TEST(
      holds(d.message, "killed by SIGABRT: nobody caught an exception, as it wrote: std::system_error: recv: Bro"));
  m.record.output = "assertion failed\n\n";
  d = of(m);
  BOOST_TEST(d.code == "killed-by-signal");
  BOOST_TEST(tells(d, "the last that it wrote: assertion failed"));
  m.record.subject_ending = Ending{false, 1};
  m.record.output = "Traceback (most recent call last):\n  File \"x.py\"\nOSError: [Errno 9] Bad\n";
  d = of(m);
  BOOST_TEST(d.code == "uncaught-exception");
  BOOST_TEST(holds(d.message, "as it wrote: OSError: [Errno 9] Bad"));
  BOOST_TEST(last_words("") == "");
  BOOST_TEST(last_words("\n \n") == "");
  BOOST_TEST(last_words(std::string(5000, 'x')).size() < 300u);
}

BOOST_AUTO_TEST_CASE(one_thread_that_waits_for_one_client_while_others_wait_is_recognised) {
  MadeUp m;
  Channel b = m.a();
  b.name = "b";
  b.local_port = 40001;
  m.record.channels.push_back(b);
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.record.unmet->channel = 1;  // b is waited for
  m.add_waiting("send");        // on a
  m.record.last_look.threads[0].send_queue = 131072;
  look_at(m, 40000, 0);
  BOOST_TEST(of(m).code == "stuck-in-send");
  look_at(m, 40001, 1024, 2);
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "blocks-others");
  BOOST_TEST(
      d.message ==
      "the server is stuck: it waits in send() on the connection a, which does not read: 131072 bytes are queued "
      "to it: 1 other connection has sent something that nobody reads meanwhile");
  m.record.last_look.threads[0].call = "recv";
  BOOST_TEST(of(m).code == "serves-one-at-a-time");
  m.add_waiting("futex", 0, 0);  // a run-time system's
  std::ranges::reverse(m.record.last_look.threads);
  d = of(m);
  BOOST_TEST(d.code == "serves-one-at-a-time");
  BOOST_TEST(holds(d.message, "it waits in recv() on the connection a"));
  BOOST_TEST(d.message.find("recv()") < d.message.find("futex()"));
  m.add_waiting("epoll_wait", 0, 0);
  BOOST_TEST(of(m).code == "stuck-in-recv");
  m.record.last_look.threads.pop_back();
  m.add_waiting("recv");  // two threads: the other may be meant for b
  BOOST_TEST(of(m).code == "stuck-in-recv");
}

BOOST_AUTO_TEST_CASE(a_short_send_after_which_only_new_bytes_are_sent_is_recognised_from_the_calls) {
  MadeUp m;
  m.wrong_bytes(1, std::string(100, 'x'));
  call(m, Call::recv, 4096, 300);
  call(m, Call::send, 300, 1, 0, wire::event_injected);
  call(m, Call::recv, 4096, 200);
  call(m, Call::send, 200, 1, 0, wire::event_injected);
  moved(m, 500, 2);
  BOOST_TEST(of(m).code == "short-send-ignored");
  m.record.events[3].asked = 499;  // the rest was kept, and is sent with the new
  BOOST_TEST(of(m).code == "short-send-misplaced");
}

BOOST_AUTO_TEST_CASE(a_position_that_never_moves_is_recognised_from_every_call_after_the_short_one) {
  MadeUp m;
  m.a().lines = true;
  m.a().source = "";
  m.a().expected.key = ' ';
  const auto part = [](std::size_t from, std::size_t n) {
    std::string out;
    for (std::size_t i = from; i < from + n; ++i) out += static_cast<char>(rotating_line_byte(i, ' ', 95));
    return out;
  };
  // 80 bytes, in parts of 40, 30 and 10 that all come from the beginning.
  m.wrong_bytes(40, part(0, 30) + part(0, 10) + part(80, 100));
  call(m, Call::send, 80, 40, 0, wire::event_injected);
  call(m, Call::send, 40, 30, 0, wire::event_injected);
  call(m, Call::send, 10, 10);
  call(m, Call::send, 100, 100);
  moved(m, 0, 180);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "short-send-from-start");
  BOOST_TEST(holds(d.message,
                   "send() returned 40 of 80, and the next call was given the other 40 bytes from the start "
                   "again: the position in the buffer did not move"));
  // What is shown leads up to the byte that went wrong.
  BOOST_TEST(tells(d, "send(fd 4) asked 80 → 40   INJECTED"));
  m.record.events[2].asked = 12;  // then the numbers do not agree
  BOOST_TEST(of(m).code == "short-send-misplaced");
  m.record.events[2].asked = 10;
  m.a().window[35] ^= 1;
  BOOST_TEST(of(m).code == "short-send-misplaced");
}

BOOST_AUTO_TEST_CASE(the_injected_calls_that_are_shown_lead_up_to_the_divergence) {
  MadeUp m;
  m.wrong_bytes(100, m.right_bytes(300, 700));
  call(m, Call::send, 300, 100, 0, wire::event_injected);
  for (int i = 0; i < 6; ++i) call(m, Call::send, 300 + i, 50, 0, wire::event_injected);
  moved(m, 1000, 400);
  CallEvent& other = call(m, Call::send, 77, 7, 0, wire::event_injected);
  other.socket = 1;
  std::ranges::rotate(m.record.events, m.record.events.end() - 1);  // it came first, on another connection
  SocketRecord s = m.record.sockets[0];
  s.remote_port = 40001;
  m.record.sockets.push_back(s);
  Diagnosis d = of(m);
  BOOST_TEST(tells(d, "asked 300 → 100   INJECTED"));
  BOOST_TEST(!tells(d, "asked 305"));
  BOOST_TEST(!tells(d, "asked 77"));
  moved(m, 1000, 500);  // calls are missing: the last of all are shown
  m.record.events_dropped = 1;
  d = of(m);
  BOOST_TEST(tells(d, "asked 305"));
}

BOOST_AUTO_TEST_CASE(bytes_that_were_received_and_not_sent_back_are_counted) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.add_waiting("recv");
  m.a().received = 999;
  moved(m, 1000, 999);
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "bytes-owed");
  BOOST_TEST(holds(d.message, "it received all 1000 bytes of a and sent 999 of them: it owes 1 byte"));
  moved(m, 990, 999);
  BOOST_TEST(of(m).code == "stuck-in-recv");
  m.fail(Stop::unmet, "ended-early", "the stream to a ended after 0 bytes of 1000");
  m.a().received = 0;
  m.record.sockets[0].flags = wire::socket_closed | wire::socket_accepted;
  BOOST_TEST(of(m).code == "closed-unserved");
}

BOOST_AUTO_TEST_CASE(one_that_sends_where_it_should_read_is_recognised) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.add_waiting("send");
  look_at(m, 40000, 5000);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "sends-without-reading");
  BOOST_TEST(holds(d.message, "5000 bytes that came on a meanwhile lie unread"));
}

BOOST_AUTO_TEST_CASE(an_edge_that_was_not_drained_is_recognised) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.add_waiting("epoll_wait", 0, 0);
  look_at(m, 40000, 512);
  BOOST_TEST(of(m).code == "stuck");
  m.record.sockets[0].flags = wire::socket_edge_triggered;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "edge-not-drained");
  BOOST_TEST(holds(d.message, "512 bytes lie unread on a, which is registered edge-triggered (EPOLLET)"));
}

BOOST_AUTO_TEST_CASE(the_process_that_still_holds_a_connection_is_named) {
  MadeUp m;
  m.record.steps.back().verb = StepVerb::receive_end;
  m.a().shut = true;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  look_at(m, 40000, 0, 77, TcpState::close_wait);
  m.record.holders = {{17, 77}};
  call(m, Call::accept, 0, 4);
  BOOST_TEST(of(m).code == "not-closed");
  call(m, Call::close, 0, 0).pid = 18;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "held-by-other-process");
  BOOST_TEST(holds(d.message, "one process has closed it, but the process that was started first still has it open"));
}

BOOST_AUTO_TEST_CASE(why_a_port_could_not_be_had_is_told) {
  MadeUp m;
  m.fail_at(1, Stop::gone, "gone");
  m.record.subject_ending = Ending{false, 1};
  call(m, Call::socket, 1, 4);
  call(m, Call::bind, 20000, 0, EADDRINUSE);
  BOOST_TEST(of(m).code == "ended-before-listening");  // perhaps another program listens there
  m.record.steps.push_back(MadeUp::step("kernel: TIME_WAIT on the port", StepVerb::time_wait));
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "reuseaddr-missing");
  BOOST_TEST(holds(d.message, "bind() failed with EADDRINUSE: SO_REUSEADDR was not set on that socket before it"));
  m.record.sockets[0].flags = wire::socket_reuse_after_bind;
  BOOST_TEST(of(m).code == "reuseaddr-after-bind");
  m.record.events.insert(m.record.events.begin() + 1, m.record.events[0]);
  m.record.events[1].call = Call::setsockopt;
  m.record.events[1].asked = 2;
  m.record.events[1].result = 0;
  BOOST_TEST(of(m).code == "ended-before-listening");  // it was set: another program has the port
}

BOOST_AUTO_TEST_CASE(one_that_sleeps_is_said_to_sleep) {
  MadeUp m;
  m.fail_at(1, Stop::deadline, "no-progress");
  m.add_waiting("clock_nanosleep", 0, 0);
  m.record.last_look.threads[0].sleeping = m.record.last_look.threads[0].timed = true;
  BOOST_TEST(of(m).message == "the server does not listen on port 20000; it sleeps, and has done so for 10 seconds");
}

BOOST_AUTO_TEST_CASE(a_listener_that_was_closed_is_told_from_a_client_that_is_refused_for_another_reason) {
  MadeUp m;
  m.fail(Stop::unmet, "connect-failed", "b could not connect to the server: Connection refused");
  call(m, Call::accept, 0, 4);
  call(m, Call::close, 0, 0);
  BOOST_TEST(of(m).code == "connect-failed");
  m.record.sockets[0].flags = wire::socket_listener;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "listener-closed");
  BOOST_TEST(holds(d.message, ": close() had closed the listener, descriptor 4"));
  m.record.events[1].pid = 18;  // a child gives up its own copy
  BOOST_TEST(of(m).code == "connect-failed");
}

BOOST_AUTO_TEST_CASE(a_number_that_is_no_descriptor_is_named) {
  MadeUp m;
  exited(m, 1);
  CallEvent& e = call(m, Call::accept, 0, 0, EBADF);
  e.socket = -1;
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "listener-closed");
  BOOST_TEST(holds(d.message, "accept() failed with EBADF: the program had closed the listener, descriptor 4"));
  m.record.events[0].call = Call::recv;
  BOOST_TEST(of(m).code == "bad-descriptor");
  m.record.events[0].fd = -1;
  d = of(m);
  BOOST_TEST(d.code == "bad-descriptor");
  BOOST_TEST(holds(d.message, "-1 is no descriptor, but the result of a call that failed; that was its last call"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
