#include "run/sock_diag.hpp"
#include "needs_for_tests.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "needs_for_tests.hpp"
#include "run/child_for_tests.hpp"
#include "run/loopback_for_tests.hpp"

namespace sockrig {
namespace {

std::uint32_t inode_of(const Descriptor& d) {
  struct stat s {};
  ::fstat(d.get(), &s);
  return static_cast<std::uint32_t>(s.st_ino);
}

// The kernel's row for the socket; a row without a state if there is none.
KernelSocket row_of(SockDiag& diag, const Descriptor& d) {
  const std::uint32_t inode = inode_of(d);
  for (const KernelSocket& s : diag.list()) {
    if (s.inode == inode) return s;
  }
  return {};
}

std::string why_no_ipv6() {
  std::uint16_t port = 0;
  return loopback_listener(port, 7, AF_INET6) ? "" : "there is no IPv6 here";
}

void is_seen_with_its_queue(int family) {
  SockDiag diag;
  std::uint16_t port = 0;
  const Descriptor listener = loopback_listener(port, 7, family);
  BOOST_REQUIRE(listener.get() >= 0);
  KernelSocket row = row_of(diag, listener);
  BOOST_TEST((row.state == TcpState::listen));
  BOOST_TEST(row.local_port == port);
  BOOST_TEST(row.receive_queue == 0u);
  BOOST_TEST(row.send_queue == 7u);
  const auto is_this = [&](const KernelSocket& l) { return l.inode == row.inode; };
  BOOST_TEST(std::ranges::count_if(diag.listeners(), is_this) == 1);
  if (family == AF_INET6) return;
  const Descriptor one = loopback_connect(port), two = loopback_connect(port);
  BOOST_TEST(until([&] { return row_of(diag, listener).receive_queue == 2; }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sock_diag)

BOOST_AUTO_TEST_CASE(a_listener_is_seen_with_its_queue) {
  is_seen_with_its_queue(AF_INET);
}

BOOST_AUTO_TEST_CASE(a_listener_over_ipv6_is_seen_with_its_queue, *needs("ipv6", why_no_ipv6)) {
  is_seen_with_its_queue(AF_INET6);
}

BOOST_AUTO_TEST_CASE(listeners_are_nothing_but_listeners) {
  SockDiag diag;
  const Pair pair = loopback_pair();
  BOOST_TEST((row_of(diag, pair.client).state == TcpState::established));
  BOOST_TEST(std::ranges::all_of(diag.listeners(), [](const KernelSocket& s) { return s.state == TcpState::listen; }));
}

BOOST_AUTO_TEST_CASE(both_ends_of_a_connection_are_seen_with_their_queues) {
  SockDiag diag;
  Pair pair = loopback_pair();
  KernelSocket client = row_of(diag, pair.client), server = row_of(diag, pair.server);
  BOOST_TEST((client.state == TcpState::established));
  BOOST_TEST((server.state == TcpState::established));
  BOOST_TEST(client.local_port == server.remote_port);
  BOOST_TEST(client.remote_port == server.local_port);
  BOOST_TEST(server.receive_queue == 0u);

  BOOST_REQUIRE(::send(pair.client.get(), "12345", 5, 0) == 5);
  BOOST_TEST(until([&] { return row_of(diag, pair.server).receive_queue == 5; }));
  BOOST_TEST(until([&] { return row_of(diag, pair.client).send_queue == 0; }), "acknowledged");

  // Until nothing more fits: then the rest waits on the sender's side.
  const std::string much(1 << 16, 'x');
  while (::send(pair.client.get(), much.data(), much.size(), MSG_DONTWAIT) > 0) {
  }
  BOOST_TEST(until([&] { return row_of(diag, pair.client).send_queue > 0; }));
}

BOOST_AUTO_TEST_CASE(a_half_closed_connection_and_time_wait_are_seen) {
  SockDiag diag;
  Pair pair = loopback_pair();
  const KernelSocket client = row_of(diag, pair.client);
  ::shutdown(pair.client.get(), SHUT_WR);
  BOOST_TEST(until([&] { return row_of(diag, pair.server).state == TcpState::close_wait; }));
  BOOST_TEST(until([&] { return row_of(diag, pair.client).state == TcpState::fin_wait2; }));
  pair.server.reset();
  pair.client.reset();
  BOOST_TEST(until([&] {
    const std::vector<KernelSocket> all = diag.list();
    return std::ranges::any_of(all, [&](const KernelSocket& s) {
      return s.state == TcpState::time_wait && s.local_port == client.local_port;
    });
  }));
  BOOST_TEST(std::ranges::count(diag.alive(), TcpState::time_wait, &KernelSocket::state) == 0);
}

BOOST_AUTO_TEST_CASE(asking_often_gives_whole_lists) {
  SockDiag diag;
  std::vector<Pair> pairs;
  for (int i = 0; i < 200; ++i) pairs.push_back(loopback_pair());
  for (int i = 0; i < 5; ++i) {
    const std::vector<KernelSocket> all = diag.list();
    for (const Pair& p : pairs) {
      const std::uint32_t inode = inode_of(p.server);
      BOOST_REQUIRE(std::ranges::count(all, inode, &KernelSocket::inode) == 1);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
