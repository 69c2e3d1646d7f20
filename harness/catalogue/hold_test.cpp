// Scripts and files that hold a call of the subject.
#include <boost/test/unit_test.hpp>

#include "catalogue/scenario.hpp"

using namespace sockrig;

namespace {

constexpr const char* fault = "[[fault]]\nkind = \"held\"\ncall = \"send\"\n";
constexpr const char* script =
    "a: connect, send 1 KiB\n"
    "subject: is held\n"
    "a: reset\n"
    "subject: is released, lives\n";

std::string file(const std::string& faults, const std::string& lines) {
  return "claim = \"c\"\nclause = \"c\"\nrole = [\"echo-server\", \"chargen-server\"]\nlevel = \"must\"\nhint = "
         "\"h\"\n" +
         faults + "[script]\necho-server = \"\"\"\n" + lines + "\"\"\"\nchargen-server = \"a: connect, reset\"\n";
}

// "" or the first problem, with its line.
std::string problem(const std::string& faults, const std::string& lines, std::optional<Scenario>* read = nullptr) {
  Diagnostics out;
  auto scenario = parse_scenario(file(faults, lines), "failure/held", "held.toml", out);
  if (read != nullptr) *read = std::move(scenario);
  return out.empty() ? "" : std::to_string(out[0].line) + ": " + out[0].message;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hold)

BOOST_AUTO_TEST_CASE(a_call_is_held_and_let_go) {
  std::optional<Scenario> s;
  BOOST_TEST(problem(fault, script, &s) == "");
  BOOST_REQUIRE(s.has_value());
  BOOST_TEST(holds_subject(s->scripts.at(Role::echo_server)));
  BOOST_TEST(!holds_subject(s->scripts.at(Role::chargen_server)));
  BOOST_TEST((meaning_of(StepVerb::is_held) == StepMeaning::condition));
  BOOST_TEST((meaning_of(StepVerb::is_released) == StepMeaning::claim));
}

BOOST_AUTO_TEST_CASE(something_must_hold_it) {
  const std::string said = problem("", script);
  BOOST_TEST(holds(said, "9: nothing holds it: 'is held' needs a [[fault]] of the kind held"), said);
  const std::string other = problem("[[fault]]\nkind = \"delayed\"\nmicroseconds = 1\n", script);
  BOOST_TEST(holds(other, "nothing holds it"), other);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_let_go) {
  const std::string never = problem(fault, "a: connect, send 1 KiB\nsubject: is held\na: reset\n");
  BOOST_TEST(holds(never, "12: it is never let go"), never);
  const std::string nobody = problem(fault, "a: connect, send 1 KiB & receive echo, reset\n");
  BOOST_TEST(holds(nobody, "'held call=send' holds a call that no script lets go"), nobody);
}

BOOST_AUTO_TEST_CASE(one_call_is_held_and_then_let_go) {
  const std::string first = problem(fault, "a: connect, reset\nsubject: is released\n");
  BOOST_TEST(holds(first, "nothing is held: 'is held' comes first"), first);
  const std::string again = problem(fault, std::string(script) + "subject: is held, is released\n");
  BOOST_TEST(holds(again, "it was held already"), again);
  const std::string anew = problem(fault, std::string(script) + "subject: kill, restart, is held, is released\n");
  BOOST_TEST(holds(anew, "it was held already"), anew);
  const std::string several = problem(std::string(fault) + fault, script);
  BOOST_TEST(holds(several, "one [[fault]] of the kind held is enough"), several);
  const std::string times = problem(std::string(fault) + "times = 2\n", script);
  BOOST_TEST(holds(times, "9: held: 'times' can only be 1"), times);
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_of_it_while_it_is_held) {
  const std::string lives = problem(fault, replaced(script, "is held\n", "is held, lives\n"));
  BOOST_TEST(holds(lives, "a call of it is held: 'is released' comes first"), lives);
  BOOST_TEST(problem(fault, replaced(script, "is held\n", "is held, stop, continue\n")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
