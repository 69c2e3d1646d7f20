#include "plan/whole_script.hpp"

#include <boost/test/unit_test.hpp>

namespace sockrig {
namespace {

std::string told(const std::string& script, Role role) {
  Diagnostics problems;
  const Script whole = whole_script(parse_script(script, "x.toml", 1, role == Role::client, problems), role);
  BOOST_TEST(problems.empty());
  std::string out;
  for (const ScriptLine& line : whole) {
    out += line.name + ":";
    for (const auto& together : line.steps) {
      for (const Step& s : together) out += " " + s.text;
    }
    out += "\n";
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scripts_beginning)

BOOST_AUTO_TEST_CASE(a_server_is_started_and_listens_first) {
  BOOST_TEST(told("a: connect\n", Role::echo_server) == "subject: start listens\na: connect\n");
  BOOST_TEST(told("a: connect\nsubject: lives\n", Role::discard_server) ==
             "subject: start listens\na: connect\nsubject: lives\n");
}

BOOST_AUTO_TEST_CASE(a_client_is_started_first) {
  BOOST_TEST(told("a: accept\n", Role::client) == "subject: start\na: accept\n");
}

BOOST_AUTO_TEST_CASE(a_script_that_starts_it_itself_is_left_alone) {
  BOOST_TEST(told("subject: start\na: connect\n", Role::echo_server) == "subject: start\na: connect\n");
}

BOOST_AUTO_TEST_CASE(a_second_one_started_is_not_the_first) {
  BOOST_TEST(told("second: start\n", Role::echo_server) == "subject: start listens\nsecond: start\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
