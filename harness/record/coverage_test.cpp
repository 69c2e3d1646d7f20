#include "record/coverage.hpp"

#include <boost/test/unit_test.hpp>

using namespace sockrig;

namespace {

Channel echoing(const std::string& name, std::uint16_t port, std::uint64_t moved) {
  Channel c;
  c.name = c.source = name;
  c.local_port = port;
  c.sent = c.received = c.due = moved;
  return c;
}

SocketRecord socket_with(std::uint16_t local, std::uint16_t remote, std::uint64_t received, std::uint64_t sent) {
  SocketRecord s;
  s.local_port = local;
  s.remote_port = remote;
  s.received = received;
  s.sent = sent;
  return s;
}

KernelSocket row(std::uint16_t local, std::uint16_t remote, std::uint32_t receive_queue, std::uint32_t send_queue,
                 TcpState state = TcpState::established) {
  KernelSocket s;
  s.state = state;
  s.local_port = local;
  s.remote_port = remote;
  s.receive_queue = receive_queue;
  s.send_queue = send_queue;
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coverage)

BOOST_AUTO_TEST_CASE(what_adds_up_is_seen) {
  const std::vector<Channel> channels{echoing("a", 40000, 100), echoing("b", 40001, 7)};
  BOOST_TEST(unseen_bytes(channels, {socket_with(7, 40000, 100, 100), socket_with(7, 40001, 7, 7)}).none());
  // Several sockets of a connection: a child that the shim met anew.
  BOOST_TEST(unseen_bytes(channels,
                          {socket_with(7, 40000, 60, 0), socket_with(7, 40000, 40, 100), socket_with(7, 40001, 7, 7)})
                 .none());
}

BOOST_AUTO_TEST_CASE(each_connection_must_add_up) {
  const std::vector<Channel> channels{echoing("a", 40000, 100), echoing("b", 40001, 7)};
  const Unseen u = unseen_bytes(channels, {socket_with(7, 40000, 100, 100), socket_with(7, 40001, 6, 5)});
  BOOST_TEST(u.received == "on b it received at least 7 bytes, and 6 were seen");
  BOOST_TEST(u.sent == "on b it sent at least 7 bytes, and 5 were seen");
}

BOOST_AUTO_TEST_CASE(a_wrong_byte_is_no_echo) {
  Channel c = echoing("a", 40000, 100);
  c.differs_at = 10;
  BOOST_TEST(unseen_bytes({c}, {socket_with(7, 40000, 10, 100)}).none());
}

BOOST_AUTO_TEST_CASE(what_lies_in_queues_was_not_received) {
  Channel c;
  c.name = "a";
  c.local_port = 40000;
  c.sent = 1000;
  BOOST_TEST(unseen_bytes({c}, {socket_with(7, 40000, 0, 0)}).none());  // nothing is known of the queues
  c.on_the_way = 400;
  BOOST_TEST(unseen_bytes({c}, {socket_with(7, 40000, 600, 0)}).none());
  BOOST_TEST(unseen_bytes({c}, {socket_with(7, 40000, 599, 0)}).received ==
             "on a it received at least 600 bytes, and 599 were seen");
  c.on_the_way = 2000;
  BOOST_TEST(unseen_bytes({c}, {}).none());
}

BOOST_AUTO_TEST_CASE(connections_of_one_name_are_counted_together) {
  Channel c = echoing("a", 40001, 100);
  c.earlier_ports = {40000};
  c.on_the_way = 0;  // of the last one; what the first took with it is not known
  c.sent = 5000;
  BOOST_TEST(unseen_bytes({c}, {socket_with(7, 40000, 60, 60), socket_with(7, 40001, 40, 40)}).none());
  BOOST_TEST(!unseen_bytes({c}, {socket_with(7, 40001, 40, 40)}).none());
}

BOOST_AUTO_TEST_CASE(a_clients_output_came_in_before) {
  Channel connection, output;
  connection.name = "a";
  connection.local_port = 40000;  // the client's own
  connection.sent = 500;
  output.name = "stdout";
  output.source = "a";
  output.received = 500;
  BOOST_TEST(unseen_bytes({connection, output}, {socket_with(40000, 7, 500, 0)}).none());
  BOOST_TEST(unseen_bytes({connection, output}, {socket_with(40000, 7, 499, 0)}).received != "");
}

BOOST_AUTO_TEST_CASE(queues_are_known_only_where_both_ends_live) {
  const std::vector<KernelSocket> both{row(40000, 7, 0, 30), row(7, 40000, 12, 0), row(7, 41000, 99, 99),
                                       row(40000, 8, 50, 50), row(8, 40000, 50, 50)};
  BOOST_TEST(bytes_on_the_way(40000, 7, both).value() == 42u);
  BOOST_TEST(!bytes_on_the_way(40000, 7, {both[0]}).has_value());
  BOOST_TEST(!bytes_on_the_way(40000, 7, {both[0], row(7, 40000, 0, 0, TcpState::time_wait)}).has_value());
  BOOST_TEST(!bytes_on_the_way(5, 7, both).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
