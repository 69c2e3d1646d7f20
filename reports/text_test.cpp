#include "reports/text.hpp"

#include <boost/test/unit_test.hpp>

#include "reports/well_formed_for_tests.hpp"

namespace sockrig {

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(what_could_harm_is_shown_by_its_number) {
  BOOST_TEST(shown("plain, café, 日本") == "plain, café, 日本");
  BOOST_TEST(shown("\x1b[31m\r\n\t\x7f") == "\\x1b[31m\\r\\n\\t\\x7f");
  BOOST_TEST(shown(std::string_view("a\0b", 3)) == "a\\x00b");
  BOOST_TEST(shown("\xc2\x9b") == "\\u009b");      // the C1 control that begins an escape sequence
  BOOST_TEST(shown("\xe2\x80\xae") == "\\u202e");  // turns what follows it round
  BOOST_TEST(shown("\xff\xc3") == "\\xff\\xc3");
  BOOST_TEST(shown("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80") == "\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80");
}

BOOST_AUTO_TEST_CASE(commands_to_log_readers_are_broken_up) {
  BOOST_TEST(shown("x ##[error]y") == "x #\\x23[error]y");
  BOOST_TEST(shown("###[error]y").find("##[") == std::string::npos);
  BOOST_TEST(shown("##vso[task.complete]").find("##vso[") == std::string::npos);
  BOOST_TEST(shown("##teamcity[x]").find("##teamcity[") == std::string::npos);
  BOOST_TEST(shown("## a heading") == "## a heading");
}

BOOST_AUTO_TEST_CASE(long_text_is_bounded_and_says_so) {
  BOOST_TEST(shortened("äöü", 3) == "äöü");
  BOOST_TEST(shortened("äöüx", 3) == "äöü…");
  const auto lines = shown_lines("one\ntwo\r\nthree\nfour", 2, 10);
  BOOST_REQUIRE(lines.size() == 3u);
  BOOST_TEST(lines[1] == "two\\r");
  BOOST_TEST(lines[2] == "… 10 more bytes");
  BOOST_TEST(shown_lines("a\n\nb\n", 9, 9).size() == 3u);
  BOOST_TEST(shown_lines("", 9, 9).empty());
}

BOOST_AUTO_TEST_CASE(prose_is_folded_at_spaces) {
  BOOST_TEST(folded("", "  ", 30) == "");
  BOOST_TEST(folded("aaa bbb", "  ", 80) == "  aaa bbb\n");
  BOOST_TEST(folded("ääääääääää ääääääääää bbbbbbbbbb", "  ", 24) == "  ääääääääää ääääääääää\n  bbbbbbbbbb\n");
  const std::string word(50, 'x');
  BOOST_TEST(folded("a " + word + " b", "", 20) == "a\n" + word + "\nb\n");
  BOOST_TEST(folded("aaa\nbbb\n", "  ", 80) == "  aaa bbb\n");  // a file's line ends are its own
}

BOOST_AUTO_TEST_CASE(what_has_lines_already_keeps_them) {
  BOOST_TEST(indented("", "  ") == "");
  BOOST_TEST(indented("a  b\n\n c", "  ") == "  a  b\n\n   c\n");
  BOOST_TEST(indented("a\n", "    ") == "    a\n");
}

BOOST_AUTO_TEST_CASE(xml_text_cannot_leave_its_place) {
  BOOST_TEST(xml_escaped("<a b=\"c\">&'") == "&lt;a b=&quot;c&quot;&gt;&amp;&apos;");
  BOOST_TEST(xml_escaped("]]>") == "]]&gt;");
  BOOST_TEST(xml_escaped(std::string_view("a\0\x1b"
                                          "b\xef\xbf\xbf"
                                          "c\n",
                                          9)) == "abc\n");
  BOOST_TEST(xml_escaped("\xff") == "\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(the_strict_reader_refuses_what_it_should) {
  const std::string start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  BOOST_TEST(trouble_with_xml(start + "<a b=\"c\">d<e/></a>\n") == "");
  for (const char* bad : {"<a>", "</a>", "<a></b>", "<a>&x;</a>", "<a>]]></a>", "<a b=\"1\" b=\"2\"/>", "<a b=\"<\"/>",
                          "<a>\x01</a>", "<a>\xff</a>"}) {
    BOOST_TEST(trouble_with_xml(start + bad) != "", bad);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
