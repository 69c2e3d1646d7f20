// How a command is split into words, and that what is quoted comes back as it was.
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <stdexcept>

#include "plan/command_words.hpp"

namespace sockrig {
namespace {

using Words = std::vector<std::string>;

// What gives trouble in a path, each by itself and in the middle of one.
const Words hard = {"",       " ",
                    "a b",    "'",
                    "it's",   "''",
                    "\"",     "a\"b",
                    "\\",     "a\\",
                    "\\ ",    "\\'",
                    "\n",     "a\nb",
                    "\t",     "$HOME",
                    "`id`",   "*",
                    "~",      "#x",
                    ";",      "&",
                    "a\r",    "é",
                    "{port}", "/opt/my programs/it's \"odd\"\\\n/server"};

// What a shell makes of the command's words.
std::string by_a_shell(const std::string& command) {
  std::string out;
  std::FILE* const pipe = ::popen(("printf '<%s>' " + command).c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  ::pclose(pipe);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_words)

BOOST_AUTO_TEST_CASE(commands_split_as_a_shell_would) {
  BOOST_TEST((split_command("") == Words{}));
  BOOST_TEST((split_command("  \t ") == Words{}));
  BOOST_TEST((split_command("./server 127.0.0.1  4000\n") == Words{"./server", "127.0.0.1", "4000"}));
  BOOST_TEST((split_command("a 'b c' \"d e\"") == Words{"a", "b c", "d e"}));
  BOOST_TEST((split_command("a '' \"\"") == Words{"a", "", ""}));
  BOOST_TEST((split_command("a'b'\"c\"d") == Words{"abcd"}));
  BOOST_TEST((split_command("a\\ b \\'") == Words{"a b", "'"}));
  BOOST_TEST((split_command(R"('a\b' "a\b" "a\"b\\")") == Words{R"(a\b)", R"(a\b)", R"(a"b\)"}));
  BOOST_TEST((split_command("a *.c $HOME ~ ; b") == Words{"a", "*.c", "$HOME", "~", ";", "b"}), "nothing is expanded");
  BOOST_CHECK_THROW(split_command("a 'b"), std::invalid_argument);
  BOOST_CHECK_THROW(split_command("a \"b"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_word_is_quoted_only_where_it_must_be) {
  BOOST_TEST(quoted_word("/usr/bin/server-2.1_a") == "/usr/bin/server-2.1_a");
  BOOST_TEST(quoted_word("") == "''");
  BOOST_TEST(quoted_word("./server {port}") == "'./server {port}'");
  BOOST_TEST(quoted_word("it's") == "'it'\\''s'");
}

BOOST_AUTO_TEST_CASE(a_quoted_word_comes_back_as_it_was) {
  std::string all, all_for_a_shell;
  for (const std::string& word : hard) {
    BOOST_TEST((split_command(quoted_word(word)) == Words{word}), quoted_word(word));
    all += " " + quoted_word(word);
    all_for_a_shell += "<" + word + ">";
  }
  BOOST_TEST((split_command(all) == hard));
  BOOST_TEST(by_a_shell(all) == all_for_a_shell);
  // A command inside a command, as a repeat command holds one.
  BOOST_TEST((split_command(split_command(quoted_word(all)).front()) == hard));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
