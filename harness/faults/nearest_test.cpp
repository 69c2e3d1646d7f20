#include "faults/nearest.hpp"

#include <boost/test/unit_test.hpp>

using sockrig::did_you_mean;
using sockrig::nearest;

BOOST_AUTO_TEST_SUITE(nearest_word)

BOOST_AUTO_TEST_CASE(finds_slips_of_the_finger) {
  const std::vector<std::string> words = {"claim", "clause", "role", "level", "hint"};
  BOOST_TEST(nearest("clauze", words) == "clause");  // one replaced
  BOOST_TEST(nearest("calim", words) == "claim");    // two swapped count once
  BOOST_TEST(nearest("roles", words) == "role");     // one too many
  BOOST_TEST(nearest("lvel", words) == "level");     // one too few
  BOOST_TEST(nearest("HINT", words) == "hint");      // capitals do not count
  BOOST_TEST(nearest("hint", words) == "hint");
}

BOOST_AUTO_TEST_CASE(leaves_alone_what_is_too_far) {
  const std::vector<std::string> words = {"claim", "at"};
  BOOST_TEST(nearest("xyzzy", words) == "");
  BOOST_TEST(nearest("", words) == "");
  BOOST_TEST(nearest("q", {"a"}) == "");                  // one of one differs: nothing was recognised
  BOOST_TEST(nearest("abcdef", {"abxyzf"}) == "");        // three of six
  BOOST_TEST(nearest("abcdef", {"abxyef"}) == "abxyef");  // two of six
  BOOST_TEST(nearest("claim", {}) == "");
}

BOOST_AUTO_TEST_CASE(takes_the_nearest_and_the_first_of_equals) {
  BOOST_TEST(nearest("stream/larg", {"stream/lager", "stream/large"}) == "stream/large");
  BOOST_TEST(nearest("bat", {"cat", "rat"}) == "cat");
}

BOOST_AUTO_TEST_CASE(the_guess_is_asked_and_no_guess_asks_nothing) {
  BOOST_TEST(did_you_mean("stream") == " (did you mean 'stream'?)");
  BOOST_TEST(did_you_mean("straem", {"close", "stream"}) == " (did you mean 'stream'?)");
  BOOST_TEST(did_you_mean("xyzzy", {"close", "stream"}) == "");
  BOOST_TEST(did_you_mean("") == "");
}

BOOST_AUTO_TEST_CASE(a_very_long_word_is_not_worth_the_search) {
  BOOST_TEST(nearest(std::string(100000, 'a'), {std::string(100000, 'a')}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
