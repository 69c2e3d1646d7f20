// Planted mistakes × scenarios: each is noticed by the claims that name it, by no other, and each claim has its
// mistake. And correct programs in many styles: each passes everything, for a false alarm is as bad as a miss. What is
// to be found, and the comparison, are those of `sockrig selftest` (planted.hpp); here the whole program is run, with
// its reports and exit codes.
//
// `matrix_test -- NAME…` tries only these programs.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <set>

#include "catalogue/select.hpp"
#include "cli/planted.hpp"
#include "cli/spawned.hpp"
#include "reports/report.hpp"

namespace sockrig {
namespace {

using nlohmann::json;
using Ids = std::set<std::string>;

std::vector<const Scenario*> catalogue() {
  static const Catalogue all = load_catalogue(SOCKRIG_SOURCE_DIR "/scenarios");
  std::vector<const Scenario*> out;
  for (const Scenario& s : all.scenarios) out.push_back(&s);
  return out;
}

Ids catalogue_ids() {
  Ids out;
  for (const Scenario* s : catalogue()) out.insert(s->id);
  return out;
}

bool private_networks() {
  static const bool there = [] {
    const JsonRun run = run_for_json({"stream/empty"});
    return run.report.at("machine").at("sandbox") == "namespaces";
  }();
  return there;
}

// `matrix_test -- NAME…` tries only these, `-- shard=1/3` every third program; several can then run side by side.
bool asked_for(const std::string& name) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  bool any = false, this_one = false;
  unsigned shard = 0, shards = 0;
  for (int i = 1; i < suite.argc; ++i) {
    any = true;
    const bool sharded = std::sscanf(suite.argv[i], "shard=%u/%u", &shard, &shards) == 2 && shards != 0;
    this_one = this_one || (sharded ? std::hash<std::string>{}(name) % shards + 1 == shard : name == suite.argv[i]);
  }
  return !any || this_one;
}

std::vector<Planted> programs(bool mistakes) {
  std::vector<Planted> out = planted_programs(planted(""));
  std::erase_if(out, [&](const Planted& p) { return p.mistake != mistakes; });
  return out;
}

// Runs everything against the program and compares.
Comparison tried(const Planted& p, const Ids& wanted) {
  const std::string role(to_string(p.role)), serves(to_string(p.serves));
  std::vector<std::string> arguments{option_of(p.role), p.command, "--serves", serves};
  if (!p.stop.empty()) arguments.insert(arguments.end(), {"--stop", p.stop});
  if (p.role == Role::custom)
    arguments.insert(arguments.end(), {"--dialogue", SOCKRIG_SOURCE_DIR "/sut/reference/lines.dialogue"});
  // Where all runs share one network they take several times as long: there a mistake meets only the claims that must
  // notice it and what stands before them. `sockrig selftest` tries all of them anywhere.
  if (p.mistake && !private_networks()) {
    const Ids ids = with_prerequisites(catalogue(), wanted);
    arguments.insert(arguments.end(), ids.begin(), ids.end());
    BOOST_TEST_MESSAGE("no private networks here: " << p.name << " meets " << ids.size() << " claims only");
  }
  const JsonRun run = run_for_json(arguments);
  std::vector<Result> results;
  for (const json& r : run.report.at("results")) {
    const std::optional<Result> result = result_from_json(r.dump());
    BOOST_REQUIRE_MESSAGE(result.has_value(), r.dump(1));
    results.push_back(*result);
  }
  const Comparison c = compare(p, wanted, results);
  const bool right = c.as_it_should_be();
  BOOST_TEST_MESSAGE((right ? "as it should be: " : "DIFFERS: ") << p.name << " [" << role << "]");
  BOOST_TEST(right, p.name << " [" << role << "]\n" << to_string(c));
  for (const std::string& line : c.untried) BOOST_TEST_MESSAGE("  not tried here: " << line);
  if (right) BOOST_TEST(run.finished.code == (wanted.size() == c.untried.size() ? 0 : 1));
  return c;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(matrix)

BOOST_AUTO_TEST_CASE(mistakes) {
  for (const Planted& p : programs(true)) {
    if (asked_for(p.name)) tried(p, p.fails);
  }
}

// It runs none of them: only the tables and the catalogue are compared.
BOOST_AUTO_TEST_CASE(every_claim_has_its_mistake) {
  const Ids known = catalogue_ids();
  Ids noticed;
  for (const Planted& p : programs(true)) {
    BOOST_TEST(!p.fails.empty(), p.name << ": its row names no claim");
    Ids named = p.fails;
    named.insert(p.may_fail.begin(), p.may_fail.end());
    for (const std::string& id : named)
      BOOST_TEST((id == "*" || known.contains(id)), p.name << ": " << id << " is not in the catalogue");
    for (const auto& [id, codes] : p.diagnoses)
      BOOST_TEST(p.fails.contains(id), p.name << ": a diagnosis of " << id << ", which is not in its 'fails'");
    noticed.insert(p.fails.begin(), p.fails.end());
  }
  const std::map<std::string, std::string> unplanted = unplanted_claims(planted(""));
  for (const auto& [id, why] : unplanted) {
    BOOST_TEST(known.contains(id), id << " is listed as unplanted, and is not in the catalogue");
    BOOST_TEST(!noticed.contains(id), id << " is listed as unplanted, and notices a mistake");
    BOOST_TEST(!why.empty(), id << " is listed as unplanted without a reason");
  }
  for (const std::string& id : known)
    BOOST_TEST((noticed.contains(id) || unplanted.contains(id)), id << " notices no planted mistake: add one");
}

BOOST_AUTO_TEST_CASE(styles) {
  const std::vector<Planted> all = programs(false);
  BOOST_TEST(all.size() > 5u);
  for (const Planted& p : all) {
    if (!asked_for(p.name)) continue;
    if (p.command.empty())
      BOOST_TEST_MESSAGE(p.name << " is left out: " << p.untried);
    else
      BOOST_TEST(tried(p, {}).passed > 8, p.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
