// The peer's end of a connection, against the real kernel.
#include "run/endpoint.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <boost/test/unit_test.hpp>

namespace sockrig {
namespace {

struct Door {
  Descriptor listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;
  Door() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    BOOST_REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    BOOST_REQUIRE(::listen(listener.get(), 1) == 0);
    BOOST_REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
  }
};

void wait_until_decided(const Endpoint& e) {
  pollfd decided{e.socket.get(), POLLOUT, 0};
  BOOST_REQUIRE(::poll(&decided, 1, 20000) == 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoints)

// A server may have served and reset a connection before the peer comes to look whether there is one.
BOOST_AUTO_TEST_CASE(a_connection_that_was_reset_at_once_was_made) {
  for (const bool ended_first : {false, true}) {
    Door door;
    Endpoint e;
    begin_connect(e, door.port, 0, 0);
    Descriptor server(::accept(door.listener.get(), nullptr, nullptr));
    BOOST_REQUIRE(server.get() >= 0);
    if (ended_first) ::shutdown(server.get(), SHUT_WR);
    const linger at_once{1, 0};
    ::setsockopt(server.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    server.reset();
    pollfd reset{e.socket.get(), 0, 0};
    BOOST_REQUIRE(::poll(&reset, 1, 20000) == 1);  // POLLERR and POLLHUP come unasked
    BOOST_TEST(finish_connect(e) == "");
    while (e.channel.ended == Ended::no) e.receive(100);
    BOOST_TEST((e.channel.ended == Ended::reset));
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told) {
  Door door;
  door.listener.reset();
  Endpoint e;
  begin_connect(e, door.port, 0, 0);
  wait_until_decided(e);
  BOOST_TEST(finish_connect(e) == "Connection refused");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
