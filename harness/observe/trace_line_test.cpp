// One line for a call, with what the shim did to it.
#include "observe/trace_line.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace sockrig {
namespace {

CallEvent send_of_4096(std::uint16_t flags, std::uint32_t rule) {
  CallEvent e;
  e.call = wire::Call::send;
  e.fd = 5;
  e.asked = 4096;
  e.result = 7;
  e.flags = flags;
  e.rules = rule == 0 ? 0 : wire::rule_bit(rule);
  return e;
}

std::vector<Fault> two_faults() {
  std::vector<Fault> faults(2);
  BOOST_REQUIRE(parse_fault("short-recv bytes=1", faults[0]) == "");
  BOOST_REQUIRE(parse_fault("short-send bytes=7", faults[1]) == "");
  return faults;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace)

BOOST_AUTO_TEST_CASE(a_call_is_shown_as_it_was) {
  BOOST_TEST(trace_line(send_of_4096(0, 0), {}) == "send(fd 5) asked 4096 → 7");
  BOOST_TEST(trace_line(send_of_4096(0, 0), {}, " at server.c:42") == "send(fd 5) asked 4096 → 7 at server.c:42");
}

BOOST_AUTO_TEST_CASE(what_was_injected_names_its_fault) {
  const std::vector<Fault> faults = two_faults();
  BOOST_TEST(trace_line(send_of_4096(wire::event_injected, 2), faults, " at server.c:42") ==
             "send(fd 5) asked 4096 → 7 at server.c:42   INJECTED short-send bytes=7");
  // A rule that was not given: the region can be written by the program under test.
  BOOST_TEST(trace_line(send_of_4096(wire::event_injected, 3), faults) == "send(fd 5) asked 4096 → 7   INJECTED");
}

BOOST_AUTO_TEST_CASE(what_was_withheld_has_its_reason) {
  CallEvent e = send_of_4096(wire::event_withheld, 2);
  e.withheld = wire::Withheld::non_blocking;
  BOOST_TEST(trace_line(e, two_faults()) == "send(fd 5) asked 4096 → 7   withheld: the call does not block");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
