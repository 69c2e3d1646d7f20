// The port that a server is told, where others use the network too: against the real kernel.
#include "run/port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>

#include <set>
#include <vector>

namespace sockrig {
namespace {

Descriptor bound_to(std::uint16_t port) {
  Descriptor out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::bind(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) out.reset();
  return out;
}

BOOST_AUTO_TEST_SUITE(run_port)

BOOST_AUTO_TEST_CASE(its_swapped_bytes_are_another_port_without_privilege) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const std::uint16_t port = choose_port(seed).number;
    BOOST_TEST(htons(port) != port);
    BOOST_TEST(htons(port) >= 1024);
    BOOST_TEST(choose_port(seed).number == port);
  }
}

BOOST_AUTO_TEST_CASE(two_runs_of_one_seed_get_different_ports) {
  std::set<std::uint16_t> seen;
  std::vector<ChosenPort> held;
  for (int i = 0; i < 20; ++i) {
    held.push_back(choose_port_among_others(7));
    BOOST_TEST(seen.insert(held.back().number).second);
  }
}

BOOST_AUTO_TEST_CASE(a_port_and_its_swapped_one_are_never_given_to_two_runs) {
  std::set<std::uint16_t> seen;
  std::vector<ChosenPort> held;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    held.push_back(choose_port_among_others(seed));
    BOOST_TEST(seen.insert(held.back().number).second);
    BOOST_TEST(seen.insert(htons(held.back().number)).second);
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_is_over_leaves_its_port_to_the_next) {
  const std::uint16_t first = choose_port_among_others(8).number;
  BOOST_TEST(choose_port_among_others(8).number == first);
}

BOOST_AUTO_TEST_CASE(neither_the_port_nor_its_swapped_one_is_in_use) {
  const std::uint16_t first = choose_port_among_others(9).number;
  const Descriptor user = bound_to(htons(first));
  BOOST_REQUIRE(static_cast<bool>(user));
  const ChosenPort second = choose_port_among_others(9);
  BOOST_TEST(second.number != first);
  BOOST_TEST(static_cast<bool>(bound_to(second.number)));
  BOOST_TEST(static_cast<bool>(bound_to(htons(second.number))));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace sockrig
