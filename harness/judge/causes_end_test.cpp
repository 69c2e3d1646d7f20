// Why a program ended, does not end or keeps the processor busy: causes that its calls and its last words prove.
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>

#include "judge/codes.hpp"
#include "judge/last_words.hpp"
#include "judge/made_up_for_tests.hpp"

namespace sockrig {
namespace {

using wire::Call;

MadeUp busy() {
  MadeUp m;
  m.fail(Stop::spinning, "spinning", "it uses the processor, and nothing moves");
  return m;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(causes_of_ends)

BOOST_AUTO_TEST_CASE(an_interrupted_connect_is_waited_for_and_not_made_again) {
  MadeUp m;
  m.spec.role = Role::client;
  m.end({false, 1});
  m.add_call(Call::connect, 20000, 0, EINTR);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "interrupt-ends-program");
  BOOST_TEST(holds(d.message,
                   "connect() on a was interrupted by a signal (EINTR), which is no failure: the connection "
                   "goes on being made: wait for it with poll(); but that was its last call"));
  m.record.events[0].call = Call::accept;
  BOOST_TEST(holds(of(m).message, "the call is to be made again"));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_being_made_is_no_failure) {
  for (const int error : {EINPROGRESS, EALREADY}) {
    MadeUp m;
    m.spec.role = Role::client;
    m.end({true, SIGABRT});
    m.add_call(Call::connect, 20000, 0, error);
    BOOST_TEST(of(m).message == "the client was killed by SIGABRT");
    m.record.subject_ending = Ending{false, 1};
    BOOST_TEST(of(m).code == "ended");
    m.record.events[0].error = ECONNREFUSED;
    BOOST_TEST(of(m).code == "error-ends-program");
  }
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_connected_again_after_its_failure_is_why_that_fails) {
  MadeUp m;
  m.spec.role = Role::client;
  m.end({false, 1});
  m.add_call(Call::connect, 20000, 0, ECONNREFUSED);
  m.add_call(Call::connect, 20000, 0, EAFNOSUPPORT);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "failed-socket-used-again");
  BOOST_TEST(holds(d.message, "connect() failed with EAFNOSUPPORT on a socket whose attempt to connect had failed"));
  m.record.events[0].error = EINPROGRESS;  // that was no failure
  BOOST_TEST(of(m).code == "error-ends-program");
  m.record.events[0].error = ECONNREFUSED;
  m.record.events[0].socket = 1;
  BOOST_TEST(of(m).code == "error-ends-program");
}

BOOST_AUTO_TEST_CASE(a_list_of_addresses_that_was_freed_twice_explains_an_abort) {
  MadeUp m;
  m.spec.role = Role::client;
  m.end({true, SIGABRT});
  m.add_call(Call::getaddrinfo, 4711, 0);
  m.add_call(Call::socket, 0, 0, ENOBUFS);
  m.add_call(Call::freeaddrinfo, 4711, 0);
  m.record.output = "free(): double free detected in tcache 2\n";
  BOOST_TEST(of(m).code == "killed-by-signal");
  m.add_call(Call::freeaddrinfo, 4711, 0);
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "results-freed-twice");
  BOOST_TEST(d.message ==
             "the client was killed by SIGABRT: freeaddrinfo() was called twice for one list of getaddrinfo()");
  BOOST_TEST(tells(d, "the last that it wrote: free(): double free"));
}

BOOST_AUTO_TEST_CASE(what_node_writes_when_nobody_listens_for_an_error_is_an_uncaught_exception) {
  MadeUp m;
  m.end({false, 1});
  m.record.output =
      "node:events:502\n      throw er; // Unhandled 'error' event\n      ^\n\nError: read ECONNRESET\n    at TCP.x\n"
      "  code: 'ECONNRESET',\n}\n\nNode.js v20.20.2\n";
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "uncaught-exception");
  BOOST_TEST(holds(d.message, "as it wrote: Error: read ECONNRESET"));
  m.record.output = "Error: not\nNode.js v20.20.2\nlast\n";  // it went on
  d = of(m);
  BOOST_TEST(d.code == "ended");
  BOOST_TEST(tells(d, "the last that it wrote: last"));
  BOOST_TEST(last_words("x\nTypeError [ERR_X]: y\n\nNode.js v20\n") == "TypeError [ERR_X]: y");
  BOOST_TEST(last_words("\nNode.js v") == "Node.js v");
  BOOST_TEST(last_words("lua5.4: x.lua:3: no\nstack traceback:\n\t[C]: in ?\n") == "lua5.4: x.lua:3: no");
  BOOST_TEST(last_words("Fatal error: y\nStack trace:\n#0 {main}\n  thrown in x.php on line 7\n") == "Fatal error: y");
  BOOST_TEST(last_words("Exception in thread \"main\" z\n\tat A.main(A.java:5)\n") == "Exception in thread \"main\" z");
  BOOST_TEST(last_words("\tfrom nowhere\n") == "from nowhere");
}

BOOST_AUTO_TEST_CASE(one_that_tells_of_its_failure_and_lives_on_is_quoted) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits", false);
  m.record.steps.back().verb = StepVerb::complains;
  m.add_waiting("futex", 0, 0);
  m.add_call(Call::bind, 20000, 0, EADDRINUSE);
  m.record.output = "listening …\n";
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "did-not-end");
  BOOST_TEST(d.message.starts_with("the server did not end by itself: it waits in futex()"));
  BOOST_TEST(tells(d, "the last that it wrote: listening …"));
  BOOST_TEST(tells(d, "bind(fd 4, port 20000) → EADDRINUSE"));
  m.record.output = "bind: Address already in use\n";
  d = of(m);
  BOOST_TEST(
      d.message.starts_with("the server did not end by itself: it says so, but the process lives on, and it waits"));
  BOOST_TEST(tells(d, "the last that it wrote: bind: Address already in use"));
  m.record.events[0].flags = wire::event_injected;  // told once
  BOOST_TEST(std::ranges::count_if(of(m).details, [](const std::string& s) { return holds(s, "bind("); }) == 1);
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_again_and_again_is_named) {
  MadeUp m = busy();
  for (int i = 0; i < 250; ++i) m.add_call(Call::recv, 100, 0, EAGAIN);
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "busy-waits");
  BOOST_TEST(holds(d.message, "recv() on a fails with EAGAIN and is called again at once"));
  BOOST_TEST(!hint_of(d.code).empty());
  for (CallEvent& e : m.record.events) e.call = Call::accept, e.error = EMFILE, e.socket = -1;
  BOOST_TEST(of(m).code == "spins-on-error");
  m.record.events.back().error = 0;
  m.record.events.back().result = 5;  // one did come
  BOOST_TEST(of(m).code == "spins");
}

BOOST_AUTO_TEST_CASE(one_that_asks_for_what_it_cannot_use_is_not_told_to_wait) {
  MadeUp m = busy();
  for (int i = 0; i < 150; ++i) {
    m.add_call(Call::poll, -1, 1).socket = -1;
    m.add_call(Call::send, 100, 0, EAGAIN);
  }
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "busy-waits");
  BOOST_TEST(holds(d.message, "send() on a fails with EAGAIN over and over, although poll() stands in between"));
  BOOST_TEST(!holds(d.message, "wait with poll()"));
  for (CallEvent& e : m.record.events) {
    if (e.call == Call::poll) e.asked = e.result = 0;
  }
  BOOST_TEST(holds(of(m).message, "poll() stands in between, but with a timeout of 0 it does not wait"));
  for (CallEvent& e : m.record.events) e.call = Call::poll, e.result = 1, e.error = 0;
  d = of(m);
  BOOST_TEST(d.code == "busy-waits");
  BOOST_TEST(holds(d.message, "poll() returns at once, over and over, and nothing is done about what it reports"));
}

BOOST_AUTO_TEST_CASE(calls_in_turn_on_a_closed_number_are_one_mistake) {
  MadeUp m = busy();
  for (int i = 0; i < 100; ++i) {
    m.add_call(Call::poll, -1, 1).socket = -1;
    m.add_call(Call::close, 0, 0, EBADF).socket = -1;
    m.add_call(Call::recv, 4096, 0, EBADF).socket = -1;
  }
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "bad-descriptor");
  BOOST_TEST(holds(d.message, ": recv() failed with EBADF: descriptor 4 had been closed before; it is called again"));
  for (CallEvent& e : m.record.events) {
    if (e.call == Call::close) e.error = EIO;  // two troubles: neither is the one
  }
  BOOST_TEST(of(m).code == "spins");
}

BOOST_AUTO_TEST_CASE(one_that_keeps_the_processor_busy_before_it_listens_is_said_to) {
  MadeUp m;
  m.fail_at(1, Stop::spinning, "spinning");
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "not-listening");
  BOOST_TEST(d.message == "the server does not listen on port 20000; it keeps the processor busy");
  for (int i = 0; i < 250; ++i) m.add_call(Call::accept, 0, 0, EBADF).socket = -1;
  d = of(m);
  BOOST_TEST(d.code == "listener-closed");
  BOOST_TEST(
      holds(d.message, "keeps the processor busy: accept() failed with EBADF: the program had closed the listener"));
}

BOOST_AUTO_TEST_CASE(a_child_that_goes_on_in_the_accept_loop_is_named_only_where_its_calls_prove_it) {
  MadeUp m;
  m.fail(Stop::unmet, "descriptors-leaked", "it has 16 descriptors open, 8 before", false);
  m.record.sockets[0].flags = wire::socket_accepted | wire::socket_closed;
  m.add_call(Call::accept, 0, 4).socket = -1;
  m.add_call(Call::recv, 100, 10).pid = 18;
  CallEvent& again = m.add_call(Call::accept, 0, 4);
  again.socket = -1;
  BOOST_TEST(of(m).code == "descriptors-leaked");  // the parent did
  again.pid = 18;
  m.record.holders = {{17, 1}, {18, 1}};
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "child-goes-on");
  BOOST_TEST(holds(d.message,
                   "it has 16 descriptors open, 8 before: there are 2 processes, and 1 child of it called "
                   "accept() after serving a connection that the parent had accepted: _exit() is missing"));
  m.record.sockets[0].pid = 18;  // its own: children that were there before may accept
  BOOST_TEST(of(m).code == "descriptors-leaked");
}

BOOST_AUTO_TEST_CASE(of_several_threads_the_one_is_named_whose_call_failed) {
  MadeUp m;
  m.fail(Stop::unmet, "reset", "a was reset after 17 of 1000 bytes");
  m.record.subject_ending = Ending{false, 1};
  m.add_call(Call::listen, 5, 0).socket = -1;
  m.add_call(Call::accept, 0, 0, EINTR).socket = -1;
  m.add_call(Call::recv, 100, 0).tid = 18;  // another thread goes on until the process has ended
  BOOST_TEST(of(m).code == "interrupt-ends-program");
  m.record.events[1].result = 5;  // accept() did not fail: then nobody knows
  m.record.events[1].error = 0;
  BOOST_TEST(of(m).code == "ended");
  CallEvent& failed = m.add_call(Call::send, 100, 0, ECONNRESET);
  failed.tid = 19;
  failed.socket = -1;
  BOOST_TEST(of(m).code == "error-ends-program");
}

BOOST_AUTO_TEST_CASE(a_server_that_serves_one_may_end_and_is_told_what_it_owed) {
  MadeUp m;
  m.fail(Stop::unmet, "ended-early", "the stream to a ended after 400 bytes of 1000");
  m.record.subject_ending = Ending{false, 0};
  m.a().received = 400;
  m.add_call(Call::listen, 5, 0).socket = -1;
  m.add_call(Call::recv, 4096, 1000);
  m.add_call(Call::send, 400, 400);
  m.add_call(Call::recv, 4096, 0);
  m.record.sockets[0].sent = 400;
  BOOST_TEST(of(m).code == "end-of-stream-ends-program");
  m.spec.serves = Serves::one;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "bytes-owed");
  BOOST_TEST(d.message ==
             "the stream to a ended after 400 bytes of 1000: it received all 1000 bytes of a and sent 400 of "
             "them: it owes 600 bytes");
  BOOST_TEST(tells(d, "the server exited with status 0, as one that serves one may"));
  m.record.sockets[0].sent = 300;  // 100 more in a call that never returned
  m.record.events[2].result = 300;
  BOOST_TEST(of(m).code == "ended-early");
  m.a().ended = Ended::end;
  BOOST_TEST(holds(of(m).message, "sent 400 of them: it owes 600 bytes"));
}

BOOST_AUTO_TEST_CASE(a_child_that_says_no_more_after_an_interrupted_call_took_it_for_the_end) {
  MadeUp m;
  m.fail(Stop::unmet, "ended-early", "the stream to a ended after 17 bytes of 1000");
  const auto by_child = [&](Call c, std::int64_t asked, std::int64_t result, std::int32_t error = 0) {
    m.add_call(c, asked, result, error).pid = 18;
  };
  m.add_call(Call::accept, 0, 4);
  m.add_call(Call::close, 0, 0);  // the parent's copy
  by_child(Call::recv, 4096, 17);
  by_child(Call::send, 17, 17);
  by_child(Call::recv, 4096, 0, EINTR);
  m.record.sockets[0].received = m.record.sockets[0].sent = 17;
  const Diagnosis d = of(m);
  BOOST_TEST(d.code == "interrupt-taken-for-end");
  BOOST_TEST(holds(d.message, "the process that served it made no other call"));
  m.record.holders = {{18, 1}};  // it is there and may go on
  BOOST_TEST(of(m).code == "ended-early");
  m.record.holders.clear();
  m.record.sockets[0].inside = Call::send;  // it ended in another
  BOOST_TEST(of(m).code == "ended-early");
}

BOOST_AUTO_TEST_CASE(exceptions_in_threads_are_told_as_the_run_times_write_them) {
  BOOST_TEST(thread_exception_in("#<Thread:0x7f x.rb:7 run> terminated with exception (report_on_exception is true):\n"
                                 "x.rb:8:in `serve': cannot (RuntimeError)\n") == "cannot (RuntimeError)");
  BOOST_TEST(thread_exception_in("Thread 1 killed on uncaught exception Failure(\"x\")\nRaised at Stdlib\n") ==
             "Failure(\"x\")");
  BOOST_TEST(thread_exception_in("#<Thread:0x7f x.rb:7 run> terminated with exception") == "");
}

BOOST_AUTO_TEST_CASE(an_exception_that_ended_a_thread_is_why_its_connection_was_lost) {
  MadeUp m;
  m.fail(Stop::unmet, "reset", "a was reset after 17 of 1000 bytes");
  m.record.sockets[0].flags = wire::socket_closed;
  m.record.sockets[0].received = 488;
  m.record.sockets[0].recv_calls = 1;
  m.a().shut = true;
  BOOST_TEST(of(m).code == "closed-unread");
  m.record.output = "\nthread '<unnamed>' (7942) panicked at src/main.rs:6:46:\ncalled x on Err(Utf8Error)\nstack:\n";
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "uncaught-exception");
  BOOST_TEST(d.message ==
             "a was reset after 17 of 1000 bytes: nobody caught an exception in a thread of it, as it wrote: called x "
             "on Err(Utf8Error) (src/main.rs:6:46)");
  BOOST_TEST(m.judged().hint == "Look.");  // to catch it is not what is missing
  m.record.subject_ending = Ending{false, 0};
  BOOST_TEST(of(m).code == "ended");
}

BOOST_AUTO_TEST_CASE(what_run_times_write_of_a_thread_that_threw) {
  BOOST_TEST(thread_exception_in("thread 'w' panicked at 'oh', a.rs:1:2\nnote: run\n") == "'oh', a.rs:1:2");
  BOOST_TEST(thread_exception_in("x\nException in thread \"Thread-0\" java.lang.Error: y\n\tat A.b\n") ==
             "java.lang.Error: y");
  const std::string python =
      "Exception in thread Thread-1 (h):\nTraceback (most recent call last):\n  File \"a.py\"\n    f()\nKeyError: 1\n\n"
      "During handling of the above exception, another exception occurred:\n\n"
      "Traceback (most recent call last):\n  File \"a.py\"\nUnicodeDecodeError: y\n";
  BOOST_TEST(thread_exception_in(python) == "UnicodeDecodeError: y");
  BOOST_TEST(thread_exception_in(python + "client went\n") == "UnicodeDecodeError: y");
  // One that caught it and told of it; one whose client was gone.
  BOOST_TEST(thread_exception_in("Traceback (most recent call last):\n  File\nKeyError: 1\n") == "");
  BOOST_TEST(thread_exception_in("thread 'w' panicked at a.rs:1:2:\nBrokenPipe\n") == "");
  BOOST_TEST(thread_exception_in("thread 'w' panicked at a.rs:1:2:") == "a.rs:1:2");
  BOOST_TEST(thread_exception_in("Exception in thread \"x") == "");
  BOOST_TEST(thread_exception_in("") == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
