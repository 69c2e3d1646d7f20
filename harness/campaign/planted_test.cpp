// What was found in a planted program against what should have been. The programs themselves: matrix_test.cpp.
#include "campaign/planted.hpp"

#include <boost/test/unit_test.hpp>

namespace sockrig {
namespace {

Result result(const std::string& id, Outcome outcome, const std::string& reason = "", const std::string& code = "") {
  Result r;
  r.id = id;
  r.outcome = outcome;
  r.reason = reason;
  if (!code.empty()) r.diagnosis = Diagnosis{code, reason, {}, {}, {}};
  return r;
}

const std::set<std::string> wanted{"close/once"};

BOOST_AUTO_TEST_SUITE(planted_programs_compared)

BOOST_AUTO_TEST_CASE(a_mistake_is_noticed_by_its_claim_and_by_no_other) {
  const Planted p{};
  BOOST_TEST(compare(p, wanted, {result("close/once", Outcome::fail), result("stream/text", Outcome::pass)})
                 .as_it_should_be());
  BOOST_TEST(!compare(p, wanted, {result("close/once", Outcome::pass)}).missed.empty());
  BOOST_TEST(!compare(p, wanted, {}).missed.empty());
  BOOST_TEST(!compare(p, wanted, {result("close/once", Outcome::inconclusive)}).as_it_should_be());
  BOOST_TEST(
      !compare(p, wanted, {result("close/once", Outcome::fail), result("stream/text", Outcome::fail)}).blamed.empty());
}

BOOST_AUTO_TEST_CASE(it_must_be_explained_as_its_row_says) {
  Planted p{};
  p.diagnoses["close/once"] = {"closed-twice"};
  BOOST_TEST(compare(p, wanted, {result("close/once", Outcome::fail, "", "closed-twice")}).as_it_should_be());
  BOOST_TEST(!compare(p, wanted, {result("close/once", Outcome::fail, "", "ended")}).misdiagnosed.empty());
  BOOST_TEST(!compare(p, wanted, {result("close/once", Outcome::fail)}).misdiagnosed.empty());
}

BOOST_AUTO_TEST_CASE(what_the_machine_does_not_allow_is_told_as_untried) {
  Result skipped = result("close/once", Outcome::skipped, "needs a private network: EPERM");
  BOOST_TEST(!compare({}, wanted, {skipped}).missed.empty(), "sentences are not read");
  skipped.no_private_network = true;
  const Comparison c = compare({}, wanted, {skipped});
  BOOST_TEST(c.as_it_should_be());
  BOOST_TEST(c.untried.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_claim_may_be_skipped_only_for_one_that_may_notice_by_chance) {
  std::vector<Result> found{result("stream/text", Outcome::fail),
                            result("close/once", Outcome::skipped, "depends on stream/text, which failed")};
  Planted p{};
  p.may_fail = {"stream/text"};
  BOOST_TEST(!compare(p, wanted, found).missed.empty(), "sentences are not read");
  found[1].broken_by = "stream/text";
  BOOST_TEST(!compare({}, wanted, found).missed.empty());
  BOOST_TEST(compare(p, wanted, found).as_it_should_be());
  BOOST_TEST(!compare(p, wanted, {found[1]}).missed.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace sockrig
