// Blame before score, on made-up results: what is skipped because of what, in whichever order the results come.
#include "campaign/blame.hpp"

#include <boost/test/unit_test.hpp>

#include "campaign/made_up_plan_for_tests.hpp"

namespace sockrig {
namespace {

const std::string gone(dead_connection);

// accept/in-turn comes before the claim that is about the defect.
MadeUpPlan usual() {
  MadeUpPlan p;
  p.add("stream/text");
  p.add("accept/in-turn", {"stream/text"});
  p.add("failure/broken-pipe", {"accept/in-turn"}, gone);
  p.add("failure/vanish", {"failure/broken-pipe"});
  return p;
}

std::string outcomes(const Blame& blame) {
  std::string out;
  for (const Judged& j : blame.judged()) {
    const Result& r = j.settled;
    out += r.id + ": " + std::string(to_string(r.outcome)) + (r.reason.empty() ? "" : ": " + r.reason) + "\n";
  }
  return out;
}

// Runs what may run, one after the other; `results` says how each ends.
std::string play(const MadeUpPlan& plan, const std::vector<Result>& results) {
  Blame blame(plan.runs);
  std::string order;
  while (blame.settle(), !blame.all_settled()) {
    const std::optional<std::size_t> next = blame.next();
    BOOST_REQUIRE(next.has_value());
    order += std::to_string(*next);
    blame.finished(*next, results[*next]);
  }
  return order + "\n" + outcomes(blame);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(blame_before_score)

BOOST_AUTO_TEST_CASE(where_nothing_fails_all_run_in_order) {
  const MadeUpPlan p = usual();
  BOOST_TEST(
      play(p, {passed(p.runs[0]), passed(p.runs[1]), passed(p.runs[2]), passed(p.runs[3])}).starts_with("0123\n"));
}

BOOST_AUTO_TEST_CASE(a_result_says_which_run_it_is_of_though_nothing_else_tells_two_apart) {
  MadeUpPlan p;
  for (const char* program : {"one", "other", "one"}) {
    p.add("stream/text");
    p.runs.back().command = program;
  }
  p.runs[1].skip = "not applicable";
  Blame blame(p.runs);
  for (const std::size_t i : {0u, 2u}) {
    BOOST_TEST((blame.next() == i));
    blame.finished(i, passed(p.runs[i]));
  }
  blame.settle();
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST((run_id(*blame.result(i)) == RunId{i, "stream/text", {Role::echo_server, p.runs[i].command}}));
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_by_the_claim_that_is_about_it) {
  const MadeUpPlan p = usual();
  BOOST_TEST(play(p, {passed(p.runs[0]), failed(p.runs[1], gone), failed(p.runs[2], gone), passed(p.runs[3])}) ==
             "012\n"
             "stream/text: pass\n"
             "accept/in-turn: skipped: explained by failure/broken-pipe, which failed\n"
             "failure/broken-pipe: fail: it failed\n"
             "failure/vanish: skipped: depends on failure/broken-pipe, which failed\n");
}

BOOST_AUTO_TEST_CASE(what_is_skipped_says_as_a_value_why) {
  MadeUpPlan p = usual();
  p.add("listen/there");
  p.runs[4].skip = "needs a private network: no";
  p.runs[4].no_private_network = true;
  Blame blame(p.runs);
  blame.settle();
  while (const std::optional<std::size_t> next = blame.next()) {
    blame.finished(*next, *next == 0 ? passed(p.runs[0]) : failed(p.runs[*next], gone));
    blame.settle();
  }
  BOOST_TEST(blame.result(1)->explained_by == "failure/broken-pipe");
  BOOST_TEST(blame.result(1)->broken_by == "");
  BOOST_TEST(blame.result(2)->explained_by == "");
  BOOST_TEST(blame.result(3)->broken_by == "failure/broken-pipe");
  BOOST_TEST(!blame.result(3)->no_private_network);
  BOOST_TEST(blame.result(4)->broken_by == "");
  BOOST_TEST(blame.result(4)->no_private_network);
}

BOOST_AUTO_TEST_CASE(a_claim_that_cannot_show_the_defect_explains_nothing_and_is_itself_to_no_purpose) {
  const MadeUpPlan p = usual();
  for (const Result& other :
       {passed(p.runs[2]), failed(p.runs[2]), unjudged(p.runs[2], Outcome::inconclusive, "unseen")}) {
    BOOST_TEST(play(p, {passed(p.runs[0]), failed(p.runs[1], gone), other, passed(p.runs[3])}) ==
               "012\n"
               "stream/text: pass\n"
               "accept/in-turn: fail: it failed\n"
               "failure/broken-pipe: skipped: depends on accept/in-turn, which failed\n"
               "failure/vanish: skipped: depends on accept/in-turn, which failed\n");
  }
}

BOOST_AUTO_TEST_CASE(another_failure_is_not_looked_into) {
  const MadeUpPlan p = usual();
  BOOST_TEST(
      play(p, {passed(p.runs[0]), failed(p.runs[1]), failed(p.runs[2], gone), passed(p.runs[3])}).starts_with("01\n"));
}

BOOST_AUTO_TEST_CASE(what_was_not_selected_or_is_skipped_explains_nothing) {
  MadeUpPlan p = usual();
  p.runs[2].skip = "not applicable";
  BOOST_TEST(play(p, {passed(p.runs[0]), failed(p.runs[1], gone), passed(p.runs[2]), passed(p.runs[3])}) ==
             "01\n"
             "stream/text: pass\n"
             "accept/in-turn: fail: it failed\n"
             "failure/broken-pipe: skipped: not applicable\n"
             "failure/vanish: skipped: depends on accept/in-turn, which failed\n");
}

BOOST_AUTO_TEST_CASE(two_claims_about_one_defect_both_fail_of_it) {
  MadeUpPlan p = usual();
  p.add("failure/reset", {"accept/in-turn"}, gone);
  const std::string told = play(
      p, {passed(p.runs[0]), passed(p.runs[1]), failed(p.runs[2], gone), passed(p.runs[3]), failed(p.runs[4], gone)});
  BOOST_TEST(told.find("failure/broken-pipe: fail") != told.npos, told);
  BOOST_TEST(told.find("failure/reset: fail") != told.npos, told);
}

BOOST_AUTO_TEST_CASE(who_explains_one_defect_may_be_explained_in_another) {
  MadeUpPlan p;
  p.add("accept/at-once", {}, "unserved");
  p.add("accept/any-schedule", {"accept/at-once"}, "cross-talk");
  BOOST_TEST(play(p, {failed(p.runs[0], "cross-talk"), failed(p.runs[1], "cross-talk")}) ==
             "01\n"
             "accept/at-once: skipped: explained by accept/any-schedule, which failed\n"
             "accept/any-schedule: fail: it failed\n");
  BOOST_TEST(play(p, {failed(p.runs[0], "unserved"), failed(p.runs[1], "cross-talk")}).starts_with("0\n"));
}

// Whichever of the two failures comes first.
BOOST_AUTO_TEST_CASE(a_failure_is_told_by_the_claim_about_it_though_another_failure_stands_before_that_one) {
  MadeUpPlan p;
  p.add("a/base");
  p.add("a/trouble");
  p.add("failure/gone", {"a/base"}, gone);
  p.add("failure/more", {"failure/gone"});
  const std::string told =
      "a/base: fail: it failed\n"
      "a/trouble: skipped: explained by failure/gone, which failed\n"
      "failure/gone: fail: it failed\n"
      "failure/more: skipped: depends on failure/gone, which failed\n";
  for (const std::size_t first : {0u, 1u}) {
    Blame blame(p.runs);
    BOOST_TEST((blame.next() == 0u));
    BOOST_TEST((blame.next() == 1u));
    blame.finished(first, failed(p.runs[first], first == 0 ? "" : gone));
    blame.finished(1 - first, failed(p.runs[1 - first], first == 0 ? gone : ""));
    BOOST_TEST((blame.next() == 2u));
    blame.finished(2, failed(p.runs[2], gone));
    BOOST_TEST(blame.all_settled());
    BOOST_TEST(outcomes(blame) == told);
  }
}

BOOST_AUTO_TEST_CASE(what_nobody_wants_explained_is_skipped_when_no_more_of_its_program_runs) {
  MadeUpPlan p;
  p.add("a/base");
  p.add("a/other");
  p.add("failure/gone", {"a/base"}, gone);
  p.add("a/base").command = "another";
  Blame blame(p.runs);
  for (const std::size_t i : {0u, 1u, 3u}) BOOST_TEST((blame.next() == i));
  blame.finished(0, failed(p.runs[0]));
  BOOST_TEST((blame.settle() == std::vector<std::size_t>{0}));
  BOOST_TEST(!blame.next().has_value(), "nobody failed of it");
  blame.finished(1, passed(p.runs[1]));
  BOOST_TEST((blame.settle() == std::vector<std::size_t>{1, 2}), "the other program is still running");
  BOOST_TEST(blame.result(2)->broken_by == "a/base");
}

BOOST_AUTO_TEST_CASE(what_a_run_showed_is_kept_beside_what_was_made_of_it) {
  MadeUpPlan p = usual();
  Blame blame(p.runs);
  while (const std::optional<std::size_t> next = blame.next())
    blame.finished(*next, *next == 0 ? passed(p.runs[0]) : failed(p.runs[*next], gone));
  const std::vector<Judged> all = blame.judged();
  BOOST_REQUIRE(all.size() == 4u);
  BOOST_TEST((all[1].settled.outcome == Outcome::skipped));
  BOOST_TEST(!all[1].settled.diagnosis.has_value());
  BOOST_REQUIRE(all[1].raw.has_value());
  BOOST_TEST((all[1].raw->outcome == Outcome::fail));
  BOOST_TEST(all[1].raw->diagnosis->defect == gone);
  BOOST_TEST(!all[1].wanted);
  BOOST_TEST(all[2].wanted, "had the second not failed of it, it would not have run");
  BOOST_TEST((all[2].settled.outcome == Outcome::fail));
  BOOST_TEST(!all[3].raw.has_value(), "it did not run");
}

BOOST_AUTO_TEST_CASE(a_result_that_came_before_its_prerequisites_waits_for_them) {
  MadeUpPlan p;
  p.add("a/slow");
  p.add("a/trouble");
  p.add("failure/gone", {"a/slow"}, gone);
  Blame blame(p.runs);
  BOOST_TEST((blame.next() == 0u));
  BOOST_TEST((blame.next() == 1u));
  BOOST_TEST(!blame.next().has_value());
  blame.finished(1, failed(p.runs[1], gone));
  BOOST_TEST(blame.settle().empty());
  BOOST_TEST((blame.next() == 2u), "it is wanted, and does not wait");
  BOOST_TEST(blame.wanted(2));
  BOOST_TEST(!blame.wanted(1));
  blame.finished(2, failed(p.runs[2]));  // of something else
  BOOST_TEST((blame.settle() == std::vector<std::size_t>{1}));
  blame.finished(0, failed(p.runs[0]));
  BOOST_TEST((blame.settle() == std::vector<std::size_t>{0, 2}));
  BOOST_TEST(blame.all_settled());
  BOOST_TEST((blame.result(2)->outcome == Outcome::skipped));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
