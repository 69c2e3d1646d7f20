// Blame on many random plans: neither the order in which results come nor how many runs stand side by side changes what
// is made of them, and what is looked at grows as the plan does.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <set>

#include "campaign/blame.hpp"
#include "campaign/made_up_plan_for_tests.hpp"

namespace sockrig {
namespace {

using Random = std::mt19937;
using Raw = std::vector<std::optional<Result>>;

const std::vector<std::string> defects{std::string(dead_connection), std::string(cross_talk), std::string(unserved)};

std::string claim(std::size_t number) {
  return "claim/" + std::to_string(number);
}

// Two programs with the same claims. What stands before a claim may stand behind it in the plan.
MadeUpPlan random_plan(Random& random) {
  MadeUpPlan p;
  const std::size_t claims = 1 + random() % 9;
  std::vector<std::size_t> order(claims);  // in which they depend on each other
  for (std::size_t i = 0; i < claims; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  for (const char* program : {"one", "other"}) {
    for (std::size_t i = 0; i < claims; ++i) {
      std::vector<std::string> after;
      for (std::size_t other = 0; other < claims; ++other) {
        if (order[other] < order[i] && random() % 3 == 0) after.push_back(claim(other));
      }
      std::shuffle(after.begin(), after.end(), random);
      RunSpec& spec = p.add(claim(i), after, random() % 3 == 0 ? defects[random() % defects.size()] : "");
      spec.command = program;
      if (random() % 10 == 0) spec.skip = "not applicable";
    }
  }
  return p;
}

Result random_result(const RunSpec& spec, Random& random) {
  if (!spec.scenario->explains.empty() && random() % 2 == 0) return failed(spec, spec.scenario->explains);
  switch (random() % 8) {
    case 0:
      return failed(spec);
    case 1:
      return unjudged(spec, Outcome::inconclusive, "unseen");
    case 2:
      return unjudged(spec, Outcome::error, "the harness failed");
    case 3:
    case 4:
      return failed(spec, defects[random() % defects.size()]);
    default:
      return passed(spec);
  }
}

Raw random_results(const std::vector<RunSpec>& plan, Random& random) {
  Raw raw;
  for (const RunSpec& spec : plan) {
    raw.emplace_back(random_result(spec, random));
    raw.back()->index = raw.size() - 1;
  }
  return raw;
}

std::string told(const std::vector<Judged>& all) {
  std::string out;
  for (const Judged& j : all) {
    const Result& r = j.settled;
    out += std::to_string(r.index) + " " + r.id + ": " + std::string(to_string(r.outcome)) + ", " + r.reason + ", " +
           r.broken_by + ", " + r.explained_by + (j.raw ? ", ran" : "") + (j.wanted ? ", wanted\n" : "\n");
  }
  return out;
}

// As a campaign does it: up to `jobs` side by side, and any of them ends next.
std::vector<Judged> lived(const std::vector<RunSpec>& plan, const Raw& raw, std::size_t jobs, Random& random) {
  Blame blame(plan);
  std::vector<std::size_t> running;
  std::set<std::size_t> settled;
  for (
      const auto settle =
          [&] {
            for (const std::size_t i : blame.settle()) BOOST_TEST(settled.insert(i).second, "nothing is settled twice");
          };
      settle(), !blame.all_settled();) {
    for (std::optional<std::size_t> last, next; running.size() < jobs && (next = blame.next()); last = next) {
      BOOST_TEST((!last || *last < *next), "the first that may begin comes first");
      running.push_back(*next);
    }
    BOOST_REQUIRE(!running.empty());
    const std::size_t which = random() % running.size(), run = running[which];
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
    blame.finished(run, *raw[run]);
  }
  BOOST_TEST(settled.size() == plan.size());
  BOOST_TEST(!blame.next().has_value());
  return blame.judged();
}

// From what the header says, and slowly: whether what stands before each run holds, and then who runs.
struct Slow {
  const std::vector<RunSpec>& plan;
  const Raw& raw;
  std::set<std::size_t> breaks, runs;

  bool holds_before(std::size_t i) const {
    for (const std::size_t b : breaks) {
      if (plan[b].command == plan[i].command && std::ranges::count(plan[i].after, plan[b].scenario->id) > 0)
        return false;
    }
    return true;
  }
  bool wanted(std::size_t i) const {
    const std::string& about = plan[i].scenario->explains;
    return !about.empty() && std::ranges::any_of(runs, [&](std::size_t other) {
      return plan[other].command == plan[i].command && plan[other].scenario->explains != about &&
             raw[other]->diagnosis && raw[other]->diagnosis->defect == about;
    });
  }
  void decide() {
    for (std::size_t known = plan.size() + 1; known != breaks.size();) {
      known = breaks.size();
      for (std::size_t i = 0; i < plan.size(); ++i) {
        const bool fails = plan[i].skip.empty() && raw[i]->outcome == Outcome::fail;
        if (fails || !holds_before(i)) breaks.insert(i);
      }
    }
    for (std::size_t known = plan.size() + 1; known != runs.size();) {
      known = runs.size();
      for (std::size_t i = 0; i < plan.size(); ++i) {
        if (plan[i].skip.empty() && (holds_before(i) || wanted(i))) runs.insert(i);
      }
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(blame_order)

BOOST_AUTO_TEST_CASE(the_order_in_which_results_come_changes_nothing) {
  Random random(1);
  std::size_t explained = 0, wanted = 0, broken = 0;
  for (int round = 0; round < 2000; ++round) {
    const MadeUpPlan p = random_plan(random);
    const Raw raw = random_results(p.runs, random);
    const std::vector<Judged> expected = blame(p.runs, raw);
    const std::string text = told(expected);
    for (const std::size_t jobs : {1, 2, 5, 50}) {
      const std::vector<Judged> live = lived(p.runs, raw, jobs, random);
      BOOST_REQUIRE_EQUAL(told(live), text);
      Raw seen;  // what a campaign has to show afterwards
      for (const Judged& j : live) seen.push_back(j.raw);
      BOOST_REQUIRE_EQUAL(told(blame(p.runs, seen)), text);
    }
    for (const Judged& j : expected) {
      explained += !j.settled.explained_by.empty();
      broken += !j.settled.broken_by.empty();
      wanted += j.wanted;
    }
  }
  BOOST_TEST(explained > 500u);
  BOOST_TEST(broken > 5000u);
  BOOST_TEST(wanted > 200u);
}

BOOST_AUTO_TEST_CASE(what_runs_is_what_may_hold_or_may_explain_a_failure) {
  Random random(2);
  for (int round = 0; round < 2000; ++round) {
    const MadeUpPlan p = random_plan(random);
    const Raw raw = random_results(p.runs, random);
    const std::vector<Judged> all = blame(p.runs, raw);
    Slow slow{p.runs, raw, {}, {}};
    slow.decide();
    BOOST_REQUIRE(all.size() == p.runs.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      BOOST_REQUIRE_MESSAGE(all[i].raw.has_value() == slow.runs.contains(i), i << " of\n" << told(all));
  }
}

BOOST_AUTO_TEST_CASE(what_nobody_ran_is_never_a_pass) {
  Random random(3);
  std::size_t not_run = 0;
  for (int round = 0; round < 2000; ++round) {
    const MadeUpPlan p = random_plan(random);
    Raw raw = random_results(p.runs, random);
    for (std::optional<Result>& r : raw) {
      if (random() % 3 == 0) r.reset();
    }
    const std::vector<Judged> all = blame(p.runs, raw);
    BOOST_REQUIRE(all.size() == p.runs.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Result& r = all[i].settled;
      BOOST_REQUIRE(r.index == i);
      BOOST_REQUIRE((raw[i] || r.outcome == Outcome::skipped || r.outcome == Outcome::inconclusive));
      BOOST_REQUIRE((!raw[i] || r.outcome == raw[i]->outcome || r.outcome == Outcome::skipped));
      not_run += r.reason == "was not run";
    }
  }
  BOOST_TEST(not_run > 1000u);
}

BOOST_AUTO_TEST_CASE(what_nobody_ran_leaves_open_what_depends_on_it) {
  MadeUpPlan p;
  p.add("stream/text");
  p.add("stream/sizes", {"stream/text"});
  const std::vector<Judged> all = blame(p.runs, {std::nullopt, std::nullopt});
  BOOST_TEST(told(all) ==
             "0 stream/text: inconclusive, was not run, , \n"
             "1 stream/sizes: inconclusive, was not run, , \n");
}

BOOST_AUTO_TEST_CASE(a_result_that_stands_in_the_place_of_another_is_refused) {
  MadeUpPlan p;
  p.add("stream/text");
  p.add("stream/sizes");
  Raw raw{passed(p.runs[0]), passed(p.runs[1])};
  raw[1]->index = 1;
  BOOST_CHECK_NO_THROW(blame(p.runs, raw));
  raw[1]->command = "another";
  BOOST_CHECK_THROW(blame(p.runs, raw), std::invalid_argument);
  BOOST_CHECK_THROW(blame(p.runs, {raw[0]}), std::invalid_argument);
  std::swap(raw[0], raw[1]);
  BOOST_CHECK_THROW(blame(p.runs, raw), std::invalid_argument);
}

// Shapes in which a run waits for many others, or many for one.
MadeUpPlan big_plan(const std::string& shape, std::size_t n) {
  MadeUpPlan p;
  for (std::size_t i = 0; i < n; ++i) {
    if (shape == "chain")
      p.add(claim(i),
            i + 1 < n ? std::vector{claim(i + 1)} : std::vector<std::string>());  // from the last to the first
    else if (shape == "star")
      p.add(claim(i), i > 0 ? std::vector{claim(0)} : std::vector<std::string>());
    else  // half of them fail of what the other half is about
      p.add(claim(i), {}, i < n / 2 ? "" : defects[0]);
  }
  return p;
}

std::size_t visits(const MadeUpPlan& p, bool fail) {
  Blame blame(p.runs);
  while (const std::optional<std::size_t> run = blame.next()) {
    const bool about = !p.runs[*run].scenario->explains.empty();
    blame.finished(*run, !fail ? passed(p.runs[*run]) : failed(p.runs[*run], about ? "" : defects[0]));
    blame.settle();
  }
  BOOST_TEST(blame.all_settled());
  return blame.visits();
}

BOOST_AUTO_TEST_CASE(what_is_looked_at_grows_as_the_plan_does) {
  for (const char* shape : {"chain", "star", "explained"}) {
    for (const bool fail : {false, true}) {
      const std::size_t small = visits(big_plan(shape, 1000), fail), large = visits(big_plan(shape, 2000), fail);
      BOOST_TEST(small >= 1000u, shape << ": " << small);
      BOOST_TEST(large <= 2 * small + 100, shape << ": " << small << ", then " << large);
      BOOST_TEST(large <= 5 * (2000 + 2000), shape << ": of 2000 runs and as many prerequisites at most: " << large);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
