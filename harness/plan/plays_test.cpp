#include "plan/plays.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace sockrig;

namespace {

Dialogue dialogue(const std::string& text) {
  Diagnostics problems;
  auto d = parse_dialogue(text, "d", problems);
  BOOST_REQUIRE_MESSAGE(d, (problems.empty() ? "" : problems.front().message));
  return *d;
}

// "send 0:0-3; receive 1" and so on.
std::string told(const Play& play) {
  static const char* const names[] = {"send", "receive", "end", "receive_end", "pause", "quiet", "part"};
  std::string out;
  for (const Move& m : play) {
    out += (out.empty() ? "" : "; ") + std::string(names[static_cast<int>(m.kind)]) + " " + std::to_string(m.line);
    if (m.kind == MoveKind::send) out += ":" + std::to_string(m.begin) + "-" + std::to_string(m.end);
  }
  return out;
}

const char* const small = "> abc\n< ABC\n> de\n< DE\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(plays)

BOOST_AUTO_TEST_CASE(as_it_is_written) {
  BOOST_TEST(told(play_of(dialogue(small))) == "send 0:0-3; receive 1; send 2:0-2; receive 3; quiet 3");
  BOOST_TEST(told(play_of(dialogue("> q\n< end\n"))) == "send 0:0-1; receive_end 1");
  BOOST_TEST(told(play_of(dialogue("> a\n> b\n> end\n< x\n"))) ==
             "send 0:0-1; pause 1; send 1:0-1; pause 2; end 2; receive 3; quiet 3");
}

BOOST_AUTO_TEST_CASE(glued_together_but_for_a_cut) {
  BOOST_TEST(told(glued_cut_play_of(dialogue(small), {0, 1})) ==
             "send 0:0-1; pause 0; send 0:1-3; send 2:0-2; receive 1; receive 3; quiet 3");
  BOOST_TEST(told(glued_cut_play_of(dialogue(small), {2, 1})) ==
             "send 0:0-3; send 2:0-1; pause 2; send 2:1-2; receive 1; receive 3; quiet 3");
}

BOOST_AUTO_TEST_CASE(glued_together) {
  BOOST_TEST(told(glued_play_of(dialogue(small))) == "send 0:0-3; send 2:0-2; receive 1; receive 3; quiet 3");
  BOOST_TEST(told(glued_play_of(dialogue("> a\n< A\n> b\n> end\n< end\n"))) ==
             "send 0:0-1; send 2:0-1; end 3; receive 1; receive_end 4");
}

BOOST_AUTO_TEST_CASE(cut_and_broken_off) {
  const Dialogue d = dialogue(small);
  BOOST_TEST(told(cut_play_of(d, {2, 1})) ==
             "send 0:0-3; receive 1; send 2:0-1; pause 2; send 2:1-2; receive 3; quiet 3");
  BOOST_TEST(told(broken_off_play_of(d, {2, 1})) == "send 0:0-3; receive 1; send 2:0-1; pause 2; end 2; part 2");
}

BOOST_AUTO_TEST_CASE(the_beginning_ends_before_any_end) {
  BOOST_TEST(told(beginning_of(dialogue("< hi\n> abc\n< ABC\n> d\n"))) == "receive 0; send 1:0-3; receive 2");
  BOOST_TEST(told(beginning_of(dialogue("> abc\n> end\n< ABC\n"))) == "send 0:0-3");
  BOOST_TEST(told(beginning_of(dialogue("> q\n< end\n"))) == "send 0:0-1");
}

BOOST_AUTO_TEST_CASE(every_position_is_cut_once) {
  const Dialogue d = dialogue("> abc\n< x\n> d\n< x\n> ef\n");
  BOOST_TEST(positions_in(d) == 3u);
  BOOST_TEST((cuts_of(d, 1) == std::vector<Cut>{{0, 1}, {0, 2}, {4, 1}}));
  BOOST_TEST(summary_of(d, cuts_of(d, 1)) == "3 connections, one for each position");
}

BOOST_AUTO_TEST_CASE(of_many_positions_some_are_chosen_by_the_seed) {
  const Dialogue d = dialogue("> " + std::string(60000, 'a') + "\n< x\n> " + std::string(9, 'b') + "\n");
  const std::vector<Cut> cuts = cuts_of(d, 7);
  BOOST_TEST(cuts.size() == 128u);
  BOOST_TEST((cuts == cuts_of(d, 7)));
  BOOST_TEST((cuts != cuts_of(d, 8)));
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for (const Cut& c : cuts) {
    BOOST_TEST((c.at >= 1 && c.at < d.lines[c.line].bytes.size()));
    BOOST_TEST(seen.emplace(c.line, c.at).second);
  }
  for (const auto& edge : {std::pair{0u, 1u}, {0u, 59999u}, {2u, 1u}, {2u, 8u}}) BOOST_TEST(seen.contains(edge));
  const std::string told = summary_of(d, cuts);
  BOOST_TEST(told.starts_with("128 of 60007 positions, by the seed; left out: "), told);
}

BOOST_AUTO_TEST_CASE(a_long_dialogue_is_cut_less_often) {
  std::string text;
  for (std::size_t i = 0; i < most_dialogue_lines / 2; ++i) text += "> abcdefgh\n< x\n";
  const Dialogue d = dialogue(text);
  BOOST_TEST(cuts_of(d, 1).size() == 8u);
  BOOST_TEST(breaks_of(d, 1).size() == 32u);
  BOOST_TEST((breaks_of(d, 1) == breaks_of(d, 1)));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_dialogue_leaves_its_connection_open) {
  const Dialogue d = dialogue("> hello\n< 6\n> quit\n< end\n");
  using K = MoveKind;
  BOOST_TEST((stopped_play_of(d, {2, 3}) ==
              Play{{K::send, 0, 0, 5}, {K::receive, 1, 0, 1}, {K::send, 2, 0, 3}, {K::pause, 2}}));
  BOOST_TEST((unheard_play_of(d) == Play{{K::send, 0, 0, 5}, {K::send, 2, 0, 4}}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_shown_says_why) {
  const Dialogue one = dialogue("> a\n< A\n");
  BOOST_TEST(why_not_playable(StepVerb::play, one) == "");
  BOOST_TEST(why_not_playable(StepVerb::play_glued, one).find("one message only") != std::string::npos);
  BOOST_TEST(why_not_playable(StepVerb::play_cut, one).find("two bytes") != std::string::npos);
  BOOST_TEST(why_not_playable(StepVerb::play_broken_off, one).find("two bytes") != std::string::npos);
  BOOST_TEST(why_not_playable(StepVerb::play_stopped, one).find("two bytes") != std::string::npos);
  for (const StepVerb v : {StepVerb::play, StepVerb::play_glued, StepVerb::play_cut, StepVerb::play_broken_off})
    BOOST_TEST(why_not_playable(v, dialogue(small)) == "");
}

BOOST_AUTO_TEST_SUITE_END()
