// Which call is which: the number of its connection, and its own among the calls of its family. Against the real
// kernel.
#include "shim/shim_rig_for_tests.hpp"

namespace {

// "recv 4/3": the third receive on connection 4.
string place_of(const wire::Event& e) {
  return string(wire::name_of(e.call)) + ' ' + std::to_string(e.connection) + '/' + std::to_string(e.ordinal);
}

std::vector<string> places(const Region& region, Family family) {
  std::vector<string> all;
  for (const wire::Event* e : region.events())
    if (wire::family_of(e->call) == family) all.push_back(place_of(*e));
  return all;
}

// Where the rule fired; where it was withheld.
std::vector<string> places(const Region& region, wire::EventFlag what) {
  std::vector<string> all;
  for (const wire::Event* e : region.events())
    if ((e->flags & what) != 0 && e->rules == wire::rule_bit(1)) all.push_back(place_of(*e));
  return all;
}

wire::Rule& one_byte_of(Region& region, std::uint32_t connection, std::uint32_t at) {
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 1;
  rule.connection = connection;
  rule.at = at;
  return rule;
}

using Places = std::vector<string>;

}  // namespace

BOOST_AUTO_TEST_CASE(connections_are_numbered_as_they_come_and_their_calls_on_each) {
  Region region;
  const Ran ran = region.run("aimed", {"in-turn"});
  BOOST_TEST(ran.output == "10 10 10 10 10\n10 10 10 10 10\n");
  BOOST_TEST(places(region, Family::connect) == (Places{"connect 1/1", "connect 3/2"}),
             boost::test_tools::per_element());
  BOOST_TEST(places(region, Family::accept) == (Places{"accept 2/1", "accept 4/2"}), boost::test_tools::per_element());
  BOOST_TEST(places(region, Family::send) == (Places{"send 1/1", "send 3/1"}), boost::test_tools::per_element());
  BOOST_TEST(places(region, Family::recv) == (Places{"recv 2/1", "recv 4/1", "recv 2/2", "recv 4/2", "recv 2/3",
                                                     "recv 4/3", "recv 2/4", "recv 4/4", "recv 2/5", "recv 4/5"}),
             boost::test_tools::per_element());
  BOOST_TEST(places(region, Family::listen) == (Places{"listen 0/1", "listen 0/2"}), boost::test_tools::per_element());
  BOOST_TEST(places(region, Family::close) == (Places{"close 0/1", "close 0/2"}), boost::test_tools::per_element());
  BOOST_TEST(region->connection_count.load() == 4u);
}

BOOST_AUTO_TEST_CASE(a_call_has_a_beginning_and_an_end) {
  Region region;
  region.add(Verb::delay, Family::recv).longest_us = 20000;
  region.run("aimed", {"in-turn"});
  std::uint64_t last = 0, longest = 0;
  for (const wire::Event* e : region.events()) {
    BOOST_TEST(e->begun_ns >= last);  // one thread: one call after the other
    BOOST_TEST(e->ended_ns >= e->begun_ns);
    last = e->ended_ns;
    longest = std::max(longest, e->ended_ns - e->begun_ns);
  }
  BOOST_TEST(longest > 1'000'000u);
}

BOOST_AUTO_TEST_CASE(a_connection_is_one_in_every_process_and_through_every_copy) {
  Region forked;
  BOOST_TEST(forked.run("aimed", {"child"}).output == "10 10 10 10 10\n10\n");
  BOOST_TEST(
      places(forked, Family::recv) == (Places{"recv 4/1", "recv 4/2", "recv 4/3", "recv 4/4", "recv 4/5", "recv 6/1"}),
      boost::test_tools::per_element());
  // What is on no connection is counted from 1 in a new process.
  BOOST_TEST(places(forked, Family::connect) == (Places{"connect 1/1", "connect 3/2", "connect 5/1"}),
             boost::test_tools::per_element());

  Region copied;
  BOOST_TEST(copied.run("aimed", {"copies"}).output == "10 10 10 10 10 \n");
  BOOST_TEST(places(copied, Family::recv) == (Places{"recv 4/1", "recv 4/2", "recv 4/3", "recv 4/4", "recv 4/5"}),
             boost::test_tools::per_element());
  BOOST_TEST(copied->connection_count.load() == 4u);
}

BOOST_AUTO_TEST_CASE(a_connection_made_out_of_sight_is_one_when_it_is_seen) {
  Region region;
  BOOST_TEST(region.run("aimed", {"unseen"}).output == "10 10 10 \n");
  BOOST_TEST(places(region, Family::send) == (Places{"send 1/1"}), boost::test_tools::per_element());
  BOOST_TEST(places(region, Family::recv) == (Places{"recv 2/1", "recv 2/2", "recv 2/3"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_attempt_that_failed_is_no_connection) {
  Region region;
  BOOST_TEST(region.run("aimed", {"attempts"}).output == "ECONNREFUSED ok ok ok ok EAGAIN \n");
  BOOST_TEST(places(region, Family::connect) == (Places{"connect 0/1", "connect 1/2", "connect 2/3"}),
             boost::test_tools::per_element());
  BOOST_TEST(places(region, Family::accept) == (Places{"accept 3/1", "accept 4/2", "accept 0/3"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_taken_away_again_is_none) {
  Region region;
  wire::Rule& rule = region.add(Verb::fail_after, Family::accept);
  rule.error = ECONNABORTED;
  rule.limit = 1;
  BOOST_TEST(region.run("aimed", {"attempts"}).output == "ECONNREFUSED ok ok ECONNABORTED ok EAGAIN \n");
  BOOST_TEST(places(region, Family::accept) == (Places{"accept 0/1", "accept 3/2", "accept 0/3"}),
             boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(a_rule_meets_the_call_that_it_names_and_no_other, data::make({"in-turn", "threads"}), how) {
  Region region;
  const wire::Rule& rule = one_byte_of(region, 4, 3);
  BOOST_TEST(region.run("aimed", {how}).output == "10 10 10 10 10\n10 10 1 10 10\n");
  BOOST_TEST(places(region, wire::event_injected) == Places{"recv 4/3"}, boost::test_tools::per_element());
  BOOST_TEST(rule.seen.load() == 5u);  // the calls on that connection
  BOOST_TEST(rule.fired.load() == 1u);
}

BOOST_AUTO_TEST_CASE(a_rule_that_is_withheld_there_meets_no_later_call) {
  Region region;
  const wire::Rule& rule = one_byte_of(region, 4, 3);
  BOOST_TEST(region.run("aimed", {"peek"}).output == "10 10 10 10 10\n10 10 10 10 10\n");
  BOOST_TEST(rule.fired.load() == 0u);
  BOOST_TEST(withheld(rule, Withheld::peek) == 1u);
  BOOST_TEST(places(region, wire::event_withheld) == Places{"recv 4/3"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(skip_and_times_go_on_to_a_later_call) {
  Region region;
  wire::Rule& rule = one_byte_of(region, 4, 0);
  rule.skip = 2;
  rule.limit = 1;
  BOOST_TEST(region.run("aimed", {"peek"}).output == "10 10 10 10 10\n10 10 10 1 10\n");
  BOOST_TEST(places(region, wire::event_withheld) == Places{"recv 4/3"}, boost::test_tools::per_element());
  BOOST_TEST(places(region, wire::event_injected) == Places{"recv 4/4"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_connection_it_is_that_call_on_each) {
  Region region;
  one_byte_of(region, 0, 2);
  BOOST_TEST(region.run("aimed", {"in-turn"}).output == "10 1 10 10 10\n10 1 10 10 10\n");
  BOOST_TEST(places(region, wire::event_injected) == (Places{"recv 2/2", "recv 4/2"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_number_it_is_every_call_on_the_connection) {
  Region region;
  one_byte_of(region, 2, 0);
  BOOST_TEST(region.run("aimed", {"in-turn"}).output == "1 1 1 1 1\n10 10 10 10 10\n");
}

BOOST_AUTO_TEST_CASE(a_call_is_the_same_one_in_a_child_and_after_exec) {
  Region forked;
  one_byte_of(forked, 4, 3);
  BOOST_TEST(forked.run("aimed", {"child"}).output == "10 10 1 10 10\n10\n");
  Region born;
  one_byte_of(born, 6, 1);
  BOOST_TEST(born.run("aimed", {"child"}).output == "10 10 10 10 10\n1\n");
  BOOST_TEST(places(born, wire::event_injected) == Places{"recv 6/1"}, boost::test_tools::per_element());
  Region copied;
  one_byte_of(copied, 4, 3);
  BOOST_TEST(copied.run("aimed", {"copies"}).output == "10 10 1 10 10 \n");
}

BOOST_AUTO_TEST_CASE(calls_on_no_connection_are_named_by_their_number_alone) {
  struct Case {
    Family family;
    int error;
    const char *output, *place;
  };
  const Case cases[] = {
      {Family::accept, EMFILE, "ECONNREFUSED ok ok ok EMFILE ok \n", "accept 0/2"},
      {Family::connect, ETIMEDOUT, "ECONNREFUSED ETIMEDOUT ok ok EAGAIN EAGAIN \n", "connect 0/2"},
  };
  for (const Case& c : cases) {
    Region region;
    wire::Rule& rule = region.add(Verb::fail_before, c.family);
    rule.error = c.error;
    rule.at = 2;
    BOOST_TEST(region.run("aimed", {"attempts"}).output == c.output);
    BOOST_TEST(places(region, wire::event_injected) == Places{c.place}, boost::test_tools::per_element());
  }
}
