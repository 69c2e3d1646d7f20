#include "judge/result.hpp"

#include <boost/test/unit_test.hpp>

namespace sockrig {
namespace {

RunResult run_of(std::initializer_list<Outcome> outcomes) {
  RunResult run;
  for (Outcome o : outcomes) {
    Result r;
    r.outcome = o;
    run.results.push_back(r);
  }
  return run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(result)

BOOST_AUTO_TEST_CASE(every_outcome_reads_back_from_its_name) {
  for (Outcome o : {Outcome::pass, Outcome::fail, Outcome::inconclusive, Outcome::skipped, Outcome::error}) {
    const auto back = parse_outcome(to_string(o));
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST((*back == o));
  }
  BOOST_TEST(!parse_outcome("passed").has_value());
  BOOST_TEST(!parse_outcome("").has_value());
}

BOOST_AUTO_TEST_CASE(the_states_of_a_step_have_different_names) {
  BOOST_TEST(to_string(StepState::met) == "met");
  BOOST_TEST(to_string(StepState::unmet) == "unmet");
  BOOST_TEST(to_string(StepState::not_reached) == "not-reached");
}

BOOST_AUTO_TEST_CASE(a_result_says_which_run_of_the_plan_it_is_of) {
  Result r;
  r.index = 3;
  r.id = "stream/text";
  r.role = Role::client;
  r.command = "./client {host} {port}";
  r.repeat = "sockrig run stream/text";
  const RunId run = run_id(r);
  BOOST_TEST(run.index == 3u);
  BOOST_TEST(run.claim == "stream/text");
  BOOST_TEST((run.variant == Variant{Role::client, "./client {host} {port}"}));
  Result again = r;
  again.repeat = "";
  BOOST_TEST((run_id(again) == run));
  again.command = "./other {host} {port}";
  BOOST_TEST((run_id(again) != run));
}

BOOST_AUTO_TEST_CASE(the_summary_counts_each_result_once) {
  const Summary sum = summarise(run_of({Outcome::pass, Outcome::pass, Outcome::fail, Outcome::inconclusive,
                                        Outcome::skipped, Outcome::skipped, Outcome::skipped, Outcome::error}));
  BOOST_TEST(sum.pass == 2);
  BOOST_TEST(sum.fail == 1);
  BOOST_TEST(sum.inconclusive == 1);
  BOOST_TEST(sum.skipped == 3);
  BOOST_TEST(sum.error == 1);
}

BOOST_AUTO_TEST_CASE(exit_codes_follow_the_table) {
  using enum Outcome;
  BOOST_TEST(exit_code(run_of({})) == 3);
  BOOST_TEST(exit_code(run_of({pass})) == 0);
  BOOST_TEST(exit_code(run_of({pass, skipped})) == 0);
  BOOST_TEST(exit_code(run_of({pass, inconclusive})) == 4);
  BOOST_TEST(exit_code(run_of({inconclusive, fail, pass})) == 1);
  BOOST_TEST(exit_code(run_of({fail, error, pass})) == 5);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_says_so_before_anything_else) {
  RunResult none = run_of({});
  none.interrupted = true;
  BOOST_TEST(exit_code(none) == 130);
  RunResult some = run_of({Outcome::pass, Outcome::error});
  some.interrupted = true;
  BOOST_TEST(exit_code(some) == 130);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
