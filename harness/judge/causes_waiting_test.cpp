// What lies unread, and what is owed to whom, from made-up records.
#include <boost/test/unit_test.hpp>

#include "judge/causes.hpp"
#include "judge/made_up_for_tests.hpp"

namespace sockrig {
namespace {

using wire::Call;

KernelSocket& look_at(MadeUp& m, std::uint32_t queue, TcpState state = TcpState::established) {
  KernelSocket s;
  s.state = state;
  s.local_port = 20000;
  s.remote_port = 40000;
  s.receive_queue = queue;
  s.inode = 77;
  m.record.last_look.sockets.push_back(s);
  return m.record.last_look.sockets.back();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(causes_of_waiting)

BOOST_AUTO_TEST_CASE(the_end_of_a_stream_is_no_byte_of_it) {
  MadeUp m;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  KernelSocket& s = look_at(m, 1);
  BOOST_TEST(tells(of(m), "1 byte lies unread on the connection a"));
  s.state = TcpState::close_wait;
  BOOST_TEST(tells(of(m), "the end of the stream lies unread on the connection a"));
  s.receive_queue = 512;
  BOOST_TEST(tells(of(m), "511 bytes and the end of the stream lie unread on the connection a"));
  m.add_waiting("epoll_wait", 0, 0);
  m.record.sockets[0].flags = wire::socket_edge_triggered;
  s.receive_queue = 1;
  BOOST_TEST(holds(of(m).message, "the end of the stream lies unread on a, which is registered edge-triggered"));
  s.receive_queue = 0;
  BOOST_TEST(!tells(of(m), "unread"));
  BOOST_TEST(to_string(unread_of(s)) == "nothing lies unread");
}

BOOST_AUTO_TEST_CASE(a_second_server_is_no_child_of_the_first) {
  MadeUp m;
  m.record.steps.back().verb = StepVerb::receive_end;
  m.a().shut = true;
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  look_at(m, 0, TcpState::close_wait);
  m.record.holders = {{17, 77}};
  m.add_call(Call::accept, 0, 4);
  m.add_call(Call::bind, 20000, 0, EADDRINUSE).pid = 18;
  BOOST_TEST(of(m).code == "held-by-other-process");
  m.record.steps[2].actor = ActorKind::second;
  BOOST_TEST(of(m).code == "not-closed");
}

BOOST_AUTO_TEST_CASE(what_one_is_owed_may_have_gone_to_another) {
  MadeUp m;
  Channel b = m.a();
  b.name = b.source = "b";
  b.local_port = 40001;
  m.record.channels.push_back(b);
  SocketRecord s = m.record.sockets[0];
  s.remote_port = 40001;
  m.record.sockets.push_back(s);
  m.fail(Stop::standstill, "stuck", "every thread of it waits");
  m.a().received = m.record.sockets[0].sent = 400;
  BOOST_TEST(of(m).code == "bytes-owed");
  m.record.sockets[1].sent = 1600;
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "foreign-bytes");
  BOOST_TEST(holds(d.message,
                   "it received all 1000 bytes of a and sent 400 of them there, while it sent 1600 on b, which "
                   "had sent 1000: 600 bytes too many"));
  KernelSocket& peer = look_at(m, 600);
  peer.local_port = 40001;
  peer.remote_port = 20000;
  d = of(m);
  BOOST_TEST(d.message.ends_with("600 bytes too many, which lie unread there"), d.message);
}

BOOST_AUTO_TEST_CASE(a_close_is_not_for_nothing_to_do_yet_where_the_program_went_back_to_wait) {
  MadeUp m;
  m.fail(Stop::unmet, "ended-early", "the stream to a ended after 0 bytes of 1000");
  m.a().received = m.record.sockets[0].sent = 0;
  m.record.sockets[0].flags = wire::socket_closed;
  m.add_call(Call::recv, 4096, 1000);
  m.add_call(Call::send, 1000, 0, EAGAIN);
  m.add_call(Call::close, 0, 0);
  BOOST_TEST(of(m).code == "would-block-taken-for-end");
  CallEvent wait = m.record.events[0];
  wait.call = Call::epoll_wait;
  wait.socket = -1;
  m.record.events.insert(m.record.events.begin() + 2, wait);
  Diagnosis d = of(m);
  BOOST_TEST(d.code == "bytes-owed");
  BOOST_TEST(holds(d.message, "it received all 1000 bytes of a and sent 0 of them: it owes 1000 bytes"));
  m.record.events[2] = m.record.events[1];  // or if it tried again after an earlier one
  BOOST_TEST(of(m).code == "bytes-owed");
  m.record.events[2].error = EINTR;
  BOOST_TEST(of(m).code == "interrupt-taken-for-end");
  m.record.events[2].error = EAGAIN;
  m.a().sent = 1500;
  d = of(m);
  BOOST_TEST(d.code == "bytes-owed");
  BOOST_TEST(
      holds(d.message, "closed with 1000 bytes owed: of the 1500 sent to it 1000 were received and 0 sent back"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
