#include "catalogue/select.hpp"

#include <boost/test/unit_test.hpp>

using namespace sockrig;

namespace {

Catalogue catalogue_of(const std::vector<std::string>& ids) {
  Catalogue all;
  for (const std::string& id : ids) {
    Scenario s;
    s.id = id;
    s.chapter = id.substr(0, id.find('/'));
    all.scenarios.push_back(s);
  }
  return all;
}

const Catalogue all =
    catalogue_of({"accept/in-turn", "stream/empty", "stream/large", "stream/short-recv-one", "shutdown/short-tail"});

std::string chosen(const std::vector<std::string>& selectors) {
  std::vector<std::string> problems;
  std::string out;
  for (const Scenario* s : select(all, selectors, problems)) out += (out.empty() ? "" : " ") + s->id;
  for (const std::string& problem : problems) BOOST_ERROR(problem);
  return out;
}

std::string problem_of(const std::vector<std::string>& selectors) {
  std::vector<std::string> problems;
  select(all, selectors, problems);
  BOOST_REQUIRE(problems.size() == 1);
  return problems[0];
}

const std::string everything = "accept/in-turn stream/empty stream/large stream/short-recv-one shutdown/short-tail";

}  // namespace

BOOST_AUTO_TEST_SUITE(selectors)

BOOST_AUTO_TEST_CASE(nothing_said_means_all) {
  BOOST_TEST(chosen({}) == everything);
}

BOOST_AUTO_TEST_CASE(ids_chapters_and_globs) {
  BOOST_TEST(chosen({"stream/large"}) == "stream/large");
  BOOST_TEST(chosen({"stream"}) == "stream/empty stream/large stream/short-recv-one");
  BOOST_TEST(chosen({"*/short-*"}) == "stream/short-recv-one shutdown/short-tail");
  BOOST_TEST(chosen({"s*"}) == "stream/empty stream/large stream/short-recv-one shutdown/short-tail");
  BOOST_TEST(chosen({"stream/?mpty"}) == "stream/empty");
  BOOST_TEST(chosen({"stream/[el]*"}) == "stream/empty stream/large");
  BOOST_TEST(chosen({"*"}) == everything);
}

BOOST_AUTO_TEST_CASE(the_catalogues_order_stays_and_nothing_comes_twice) {
  BOOST_TEST(chosen({"shutdown", "stream/large", "stream/large", "accept"}) ==
             "accept/in-turn stream/large shutdown/short-tail");
}

BOOST_AUTO_TEST_CASE(an_exclamation_mark_takes_away) {
  BOOST_TEST(chosen({"!stream"}) == "accept/in-turn shutdown/short-tail");
  BOOST_TEST(chosen({"stream", "!stream/large"}) == "stream/empty stream/short-recv-one");
  BOOST_TEST(chosen({"!stream/large", "stream"}) == "stream/empty stream/short-recv-one");
  BOOST_TEST(chosen({"stream", "!*/short-*", "!accept"}) == "stream/empty stream/large");
  BOOST_TEST(chosen({"stream", "!*"}) == "");
}

BOOST_AUTO_TEST_CASE(what_matches_nothing_is_told_with_the_nearest) {
  BOOST_TEST(problem_of({"straem"}) == "no scenario matches 'straem' (did you mean 'stream'?)");
  BOOST_TEST(problem_of({"stream/lagre"}) == "no scenario matches 'stream/lagre' (did you mean 'stream/large'?)");
  BOOST_TEST(problem_of({"large"}) == "no scenario matches 'large' (did you mean 'stream/large'?)");
  BOOST_TEST(problem_of({"!strem"}) == "no scenario matches 'strem' (did you mean 'stream'?)");
  BOOST_TEST(problem_of({"xyzzy"}) == "no scenario matches 'xyzzy'");
  BOOST_TEST(problem_of({"x*"}) == "no scenario matches 'x*'");
  BOOST_TEST(problem_of({""}) == "no scenario matches ''");
  BOOST_TEST(problem_of({"stream", "!"}) == "no scenario matches ''");
}

BOOST_AUTO_TEST_SUITE_END()
