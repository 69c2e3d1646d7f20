#include "catalogue/dialogue.hpp"

#include <boost/test/unit_test.hpp>

using namespace sockrig;

namespace {

// The message of a single line.
std::string message(const std::string& line) {
  Diagnostics problems;
  const auto d = parse_dialogue("> " + line + "\n", "d", problems);
  BOOST_REQUIRE_MESSAGE(d, line << ": " << (problems.empty() ? "" : to_string(problems.front())));
  return d->lines.front().bytes;
}

void refuses(const std::string& text, int line, int column, const std::string& why) {
  Diagnostics problems;
  BOOST_TEST(!parse_dialogue(text, "d", problems).has_value(), text);
  BOOST_REQUIRE_MESSAGE(!problems.empty(), text);
  BOOST_TEST((problems[0].line == line && problems[0].column == column), to_string(problems[0]));
  BOOST_TEST(problems[0].message.find(why) != std::string::npos, "expected '" << why << "': " << problems[0].message);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dialogues)

BOOST_AUTO_TEST_CASE(a_whole_one) {
  Diagnostics problems;
  const auto d = parse_dialogue("# comment\n\n> hello\\n\n< HELLO # no comment\\n\r\n  > end\n< end\n", "d", problems);
  BOOST_TEST(problems.empty());
  BOOST_REQUIRE(d);
  BOOST_TEST(d->file == "d");
  const std::vector<DialogueLine> wanted = {{true, false, "hello\n", 3},
                                            {false, false, "HELLO # no comment\n", 4},
                                            {true, true, "", 5},
                                            {false, true, "", 6}};
  BOOST_TEST((d->lines == wanted));
}

BOOST_AUTO_TEST_CASE(escapes_are_those_of_c) {
  BOOST_TEST(message("\\n\\r\\t\\\\\\\"\\'\\?\\a\\b\\f\\v") == "\n\r\t\\\"'?\a\b\f\v");
  BOOST_TEST(message("\\x41\\xfF1\\x00b") == std::string("A\xff"
                                                         "1\0b",
                                                         5));
  BOOST_TEST(message("\\0\\101\\1012\\377") == std::string("\0AA2\xff", 5));
  BOOST_TEST(message("  two spaces before") == "  two spaces before");
  BOOST_TEST(message("gr\xc3\xbc\xc3\x9f") == "gr\xc3\xbc\xc3\x9f");
  BOOST_TEST(message("\\x65nd") == "end");
  BOOST_TEST(message(std::string(65536, 'a')).size() == 65536u);
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_with_their_place) {
  refuses("", 1, 1, "nothing is sent");
  refuses("# only\n", 1, 1, "nothing is sent");
  refuses("< hello\n", 1, 1, "nothing is sent");
  refuses("> a\nsend b\n", 2, 1, "did you mean '>'?");
  refuses("> a\n-> b\n", 2, 1, "did you mean '>'?");
  refuses("> a\nserver: b\n", 2, 1, "did you mean '<'?");
  refuses("> a\nhello\n", 2, 1, "expected '>'");
  refuses(">hello\n", 1, 2, "did you mean '> hello'?");
  refuses(">> hello\n", 1, 2, "did you mean '> hello'?");
  refuses(">\n", 1, 1, "says nothing");
  refuses("<  \n", 1, 1, "says nothing");
  refuses("> a \n", 1, 4, "\\x20");
  refuses("> a\tb\n", 1, 4, "\\t");
  refuses("> \xc3\xbc\\q\n", 1, 4, "unknown escape '\\q'");
  refuses("> a\\N\n", 1, 4, "did you mean '\\n'?");
  refuses("> a\\\n", 1, 4, "at the end of the line");
  refuses("> \\x4\n", 1, 3, "two hexadecimal digits");
  refuses("> \\400\n", 1, 3, "\\377");
  refuses("> " + std::string(65537, 'a') + "\n", 1, 3, "at most 65536");
  refuses("> a\n< end\n< b\n", 3, 1, "ended its stream in line 2");
  refuses("> a\n< end\n> b\n", 3, 1, "nothing can follow");
  refuses("> a\n> end\n> b\n", 3, 1, "can send nothing more");
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_told) {
  Diagnostics problems;
  BOOST_TEST(!parse_dialogue("> \\q\nx\n> ok\n>\n", "d", problems).has_value());
  BOOST_TEST(problems.size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_length_is_bounded) {
  std::string lines;
  for (std::size_t i = 0; i <= most_dialogue_lines; ++i) lines += "> a\n";
  refuses(lines, 1001, 1, "at most 1000 lines");
  std::string large;
  for (int i = 0; i < 17; ++i) large += "> " + std::string(65536, 'a') + "\n";
  refuses(large, 17, 1, "at most 1048576 bytes");
}

BOOST_AUTO_TEST_CASE(what_is_escaped_reads_the_same_again) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  BOOST_TEST(message(escaped(all)) == all);
  BOOST_TEST(escaped("5 HELLO\n") == "5 HELLO\\n");
  BOOST_TEST(escaped("abcdef", 3) == "abc…");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there) {
  Diagnostics problems;
  BOOST_TEST(!load_dialogue("/nowhere/d.dialogue", problems).has_value());
  BOOST_REQUIRE(problems.size() == 1u);
  BOOST_TEST(to_string(problems[0]) == "/nowhere/d.dialogue: cannot be read: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()
