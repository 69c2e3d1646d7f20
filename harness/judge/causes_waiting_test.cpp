// What lies unread, and what is owed to whom, from made-up records.
#include <boost/test/unit_test.hpp>

#include "judge/causes.hpp"
#include "judge/made_up.hpp"

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
