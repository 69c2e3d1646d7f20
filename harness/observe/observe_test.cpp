// How a call is told, with its place among the program's calls.
#include <boost/test/unit_test.hpp>

#include <cerrno>

#include "observe/observation.hpp"

namespace sockrig {

BOOST_AUTO_TEST_SUITE(observe_calls)

BOOST_AUTO_TEST_CASE(a_call_that_a_fault_met_says_which_one_it_was) {
  CallEvent e{.call = wire::Call::recv, .fd = 5, .asked = 4096, .result = 7, .connection = 2, .ordinal = 5};
  BOOST_TEST(to_string(e) == "recv(fd 5) asked 4096 → 7");
  BOOST_TEST(to_string(e, true) == "recv(fd 5) asked 4096 → 7 [connection 2, recv 5]");
  for (const std::uint16_t met : {wire::event_injected, wire::event_withheld, wire::event_held}) {
    e.flags = met;
    BOOST_TEST(to_string(e) == "recv(fd 5) asked 4096 → 7 [connection 2, recv 5]");
  }
  // The family is what `at` counts, whatever the function is called.
  e.call = wire::Call::read;
  e.result = -1;
  e.error = EINTR;
  BOOST_TEST(to_string(e) == "read(fd 5) asked 4096 → EINTR [connection 2, recv 5]");
}

BOOST_AUTO_TEST_CASE(a_call_on_no_connection_has_its_number_in_the_process) {
  CallEvent e{.call = wire::Call::accept, .fd = 3, .result = 5, .connection = 2, .ordinal = 1};
  BOOST_TEST(to_string(e, true) == "accept(fd 3) → 5 [accept 1: connection 2]");
  e.connection = 0;
  e.result = -1;
  e.error = EMFILE;
  BOOST_TEST(to_string(e, true) == "accept(fd 3) → EMFILE [accept 1]");
  const CallEvent wait{.call = wire::Call::poll, .asked = 50, .result = 0, .ordinal = 9};
  BOOST_TEST(to_string(wait, true) == "poll(timeout 50 ms) → 0 [wait 9]");
  // What no rule can meet has no number.
  BOOST_TEST(to_string(CallEvent{.call = wire::Call::freeaddrinfo}, true) == "freeaddrinfo() → 0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
