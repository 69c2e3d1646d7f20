// The negative control over a channel that really does it: datagrams through a relay that loses, repeats, reorders or
// corrupts one of them. The verifier must name each of the four, with its offset.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include <deque>
#include <thread>

#include "observe/divergence.hpp"
#include "observe/verifier_for_tests.hpp"

namespace sockrig {
namespace {

enum class Deed { none, lose, repeat, reorder, corrupt };
constexpr std::size_t datagram_bytes = 1000, datagrams = 40;

Descriptor udp_socket(sockaddr_in& address) {
  Descriptor s(check("socket", ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check("bind", ::bind(s.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
  socklen_t size = sizeof address;
  check("getsockname", ::getsockname(s.get(), reinterpret_cast<sockaddr*>(&address), &size));
  return s;
}

void send_to(const Descriptor& s, const Bytes& bytes, const sockaddr_in& to) {
  check("sendto", ::sendto(s.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to));
}

Bytes receive_datagram(const Descriptor& s) {
  Bytes out(65536);
  out.resize(static_cast<std::size_t>(check("recv", ::recv(s.get(), out.data(), out.size(), 0))));
  return out;
}

// Hands on datagrams, but for one deed at the chosen one. After each it says through the control pipe how many it
// handed on: the sender goes on only then, so that the network itself has no chance to lose or to reorder.
void relay(const Descriptor& in, const sockaddr_in& to, int control, Deed deed, std::size_t chosen, std::size_t from,
           std::size_t n) {
  const Descriptor out(check("socket", ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  Bytes held;
  for (std::size_t i = 0; i < datagrams; ++i) {
    Bytes bytes = receive_datagram(in);
    std::deque<Bytes> onward{bytes};
    if (deed == Deed::reorder && i == chosen + 1) onward.push_back(held);
    if (i == chosen) {
      switch (deed) {
        case Deed::none:
          break;
        case Deed::lose:
          onward.clear();
          break;
        case Deed::repeat:
          onward.push_back(bytes);
          break;
        case Deed::reorder:
          held = bytes;
          onward.clear();
          break;
        case Deed::corrupt:
          for (std::size_t k = from; k < from + n; ++k) onward.front()[k] ^= 0x55;
          break;
      }
    }
    for (const Bytes& b : onward) send_to(out, b, to);
    const auto count = static_cast<char>(onward.size());
    check("write to the control pipe", ::write(control, &count, 1));
  }
}

Channel through_relay(const Stream& s, Deed deed, std::size_t chosen, std::size_t from = 0, std::size_t n = 0) {
  sockaddr_in relay_address, receiver_address;
  const Descriptor relay_socket = udp_socket(relay_address), receiver = udp_socket(receiver_address);
  const Descriptor sender(check("socket", ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  int control[2];
  check("pipe", ::pipe2(control, O_CLOEXEC));
  const Descriptor told(control[0]), tells(control[1]);
  std::jthread thread([&] { relay(relay_socket, receiver_address, tells.get(), deed, chosen, from, n); });
  Verifier v(s, datagram_bytes * datagrams);
  for (std::size_t i = 0; i < datagrams; ++i) {
    send_to(sender, bytes_of(s, i * datagram_bytes, datagram_bytes), relay_address);
    char count = 0;
    BOOST_REQUIRE(::read(told.get(), &count, 1) == 1);
    for (; count > 0; --count) v.feed(receive_datagram(receiver));
  }
  v.end();
  return v.channel();
}

template <typename Body>
void for_some(const Body& body) {
  for (const Payload kind : both_kinds) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      BOOST_TEST_CONTEXT(name_of(kind) << ", seed " << seed) {
        Dice dice{wire::mix(seed)};
        const std::size_t chosen = dice(1, datagrams - 3);
        body(make_stream(seed, "a", 0, kind), chosen, chosen * datagram_bytes, dice);
      }
    }
  }
}

// Where the first difference is if at `offset` come the bytes of `from`.
std::uint64_t first_difference(const Stream& s, std::uint64_t offset, std::uint64_t from) {
  return offset + agree(s, offset, bytes_of(s, from, 100));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(datagram_relay)

BOOST_AUTO_TEST_CASE(a_relay_that_does_nothing_is_believed) {
  for_some([](const Stream& s, std::size_t chosen, std::uint64_t, Dice&) {
    const Channel c = through_relay(s, Deed::none, chosen);
    BOOST_TEST(!c.differs_at.has_value());
    BOOST_TEST(c.received == datagram_bytes * datagrams);
  });
}

BOOST_AUTO_TEST_CASE(a_lost_datagram_is_named) {
  for_some([](const Stream& s, std::size_t chosen, std::uint64_t offset, Dice&) {
    const Channel c = through_relay(s, Deed::lose, chosen);
    const std::uint64_t differs = first_difference(s, offset, offset + datagram_bytes);
    BOOST_REQUIRE(c.differs_at.has_value());
    const std::string at = "lost 1000 bytes at offset " + std::to_string(differs) + " of what a sent";
    BOOST_TEST(to_string(classify(c, {c}), c).substr(0, at.size()) == at);
  });
}

BOOST_AUTO_TEST_CASE(a_repeated_datagram_is_named) {
  for_some([](const Stream& s, std::size_t chosen, std::uint64_t offset, Dice&) {
    const Channel c = through_relay(s, Deed::repeat, chosen);
    const std::uint64_t differs = first_difference(s, offset + datagram_bytes, offset);
    BOOST_REQUIRE(c.differs_at.has_value());
    BOOST_TEST(to_string(classify(c, {c}), c) == "repeated 1000 bytes: at offset " + std::to_string(differs) +
                                                     " of what a sent the bytes begin again at " +
                                                     std::to_string(differs - datagram_bytes));
  });
}

BOOST_AUTO_TEST_CASE(reordered_datagrams_are_named) {
  for_some([](const Stream& s, std::size_t chosen, std::uint64_t offset, Dice&) {
    const Channel c = through_relay(s, Deed::reorder, chosen);
    const std::uint64_t differs = first_difference(s, offset, offset + datagram_bytes);
    BOOST_REQUIRE(c.differs_at.has_value());
    BOOST_TEST(to_string(classify(c, {c}), c) ==
               "swapped bytes: at offset " + std::to_string(differs) + " of what a sent came " +
                   std::to_string(datagram_bytes - (differs - offset)) + " bytes that belong at " +
                   std::to_string(differs + datagram_bytes));
  });
}

BOOST_AUTO_TEST_CASE(a_corrupted_datagram_is_named) {
  for_some([](const Stream& s, std::size_t chosen, std::uint64_t offset, Dice& dice) {
    const std::size_t from = dice(0, 400), n = dice(2, 500);
    const Channel c = through_relay(s, Deed::corrupt, chosen, from, n);
    BOOST_REQUIRE(c.differs_at.has_value());
    BOOST_TEST(to_string(classify(c, {c}), c) == "wrong bytes at offset " + std::to_string(offset + from) +
                                                     " of what a sent: " + std::to_string(n) + " bytes differ");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
