#include "catalogue/script.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "catalogue/script_check.hpp"
#include "catalogue/script_table.hpp"

using namespace sockrig;

namespace {

Script good(std::string_view text, bool client = false) {
  Diagnostics problems;
  Script script = parse_script(text, "f", 1, client, problems);
  for (const Diagnostic& p : problems) BOOST_ERROR(to_string(p) << "\nin:\n" << text);
  return script;
}

// The one problem of a script.
std::string bad(std::string_view text, bool client = false) {
  Diagnostics problems;
  parse_script(text, "f", 1, client, problems);
  BOOST_REQUIRE_MESSAGE(problems.size() == 1,
                        problems.size() << " problems in:\n"
                                        << text << (problems.empty() ? "" : "\n" + to_string(problems.back())));
  return to_string(problems.front());
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

const Step& only_step(const Script& script, std::size_t line) {
  BOOST_REQUIRE(script.size() > line);
  BOOST_REQUIRE(script[line].steps.size() == 1 && script[line].steps[0].size() == 1);
  return script[line].steps[0][0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(script)

BOOST_AUTO_TEST_CASE(every_verb_of_a_connection_to_a_server) {
  const Script s = good(
      "a: connect\n"
      "a: send 64 KiB\n"
      "a: send up to 16 MiB\n"
      "a: receive 3\n"
      "a: receive echo\n"
      "a: receive 72 of lines\n"
      "a: shutdown write\n"
      "a: receive end\n"
      "a: close\n"
      "b: connect\n"
      "b: reset\n"
      "c: connect\n"
      "c: vanish within 1 MiB\n");
  const StepVerb verbs[] = {StepVerb::connect,        StepVerb::send,         StepVerb::send_up_to,
                            StepVerb::receive,        StepVerb::receive_echo, StepVerb::receive_lines,
                            StepVerb::shutdown_write, StepVerb::receive_end,  StepVerb::close,
                            StepVerb::connect,        StepVerb::reset,        StepVerb::connect,
                            StepVerb::vanish};
  const std::uint64_t bytes[] = {0, 65536, 16u << 20, 3, 0, 72, 0, 0, 0, 0, 0, 0, 1u << 20};
  BOOST_REQUIRE_EQUAL(s.size(), std::size(verbs));
  for (std::size_t i = 0; i < s.size(); ++i) {
    BOOST_TEST((only_step(s, i).verb == verbs[i]), s[i].text);
    BOOST_TEST(only_step(s, i).bytes == bytes[i]);
    BOOST_TEST(s[i].line == static_cast<int>(i) + 1);
    BOOST_TEST((s[i].actor == ActorKind::connection));
  }
}

BOOST_AUTO_TEST_CASE(every_verb_for_a_client) {
  const Script s = good(
      "a: accept\n"
      "stdin: send 5 of text\n"
      "a: receive stdin\n"
      "stdin: send up to 1 MiB\n"
      "stdin: end\n"
      "a: send 9\n"
      "stdout: receive 4 slowly\n"
      "stdout: receive a\n"
      "a: receive end\n"
      "a: shutdown write\n"
      "stdout: receive end\n",
      true);
  BOOST_TEST((only_step(s, 0).verb == StepVerb::accept));
  BOOST_TEST((s[1].actor == ActorKind::standard_input));
  BOOST_TEST((only_step(s, 1).payload == Payload::text));
  BOOST_TEST((only_step(s, 2).verb == StepVerb::receive_from));
  BOOST_TEST(only_step(s, 2).name == "stdin");
  BOOST_TEST((only_step(s, 3).verb == StepVerb::send_up_to));
  BOOST_TEST((only_step(s, 4).verb == StepVerb::end));
  BOOST_TEST(only_step(s, 6).slowly);
  BOOST_TEST((s[7].actor == ActorKind::standard_output));
  BOOST_TEST((only_step(s, 7).verb == StepVerb::receive_from));
  BOOST_TEST(only_step(s, 7).name == "a");
  BOOST_TEST((only_step(s, 10).verb == StepVerb::receive_end));
}

BOOST_AUTO_TEST_CASE(every_verb_of_a_subject) {
  struct {
    const char* text;
    StepVerb verb;
  } const table[] = {
      {"subject: start", StepVerb::start},
      {"subject: stop", StepVerb::stop},
      {"subject: continue", StepVerb::resume},
      {"subject: listens", StepVerb::listens},
      {"subject: waits", StepVerb::waits},
      {"subject: lives", StepVerb::lives},
      {"subject: count descriptors", StepVerb::count_descriptors},
      {"subject: keeps its descriptors", StepVerb::keeps_descriptors},
      {"subject: memory stays under 8 MiB", StepVerb::memory_under},
      {"second: start", StepVerb::start},
      {"second: complains", StepVerb::complains},
      {"second: restart", StepVerb::restart},
      {"second: ends", StepVerb::exits_or_complains},
      {"subject: terminate", StepVerb::terminate},
      {"subject: exits", StepVerb::exits},
      {"subject: restart", StepVerb::restart},
      {"subject: exits 0", StepVerb::exits_zero},
      {"subject: restart", StepVerb::restart},
      {"subject: kill", StepVerb::kill},
      {"kernel: ListenOverflows rises", StepVerb::counter_rises},
      {"kernel: TIME_WAIT on the port", StepVerb::time_wait},
  };
  std::string text;
  for (const auto& row : table) text += std::string(row.text) + "\n";
  const Script s = good(text);
  BOOST_REQUIRE_EQUAL(s.size(), std::size(table));
  for (std::size_t i = 0; i < s.size(); ++i) BOOST_TEST((only_step(s, i).verb == table[i].verb), table[i].text);
  BOOST_TEST(only_step(s, 8).bytes == 8u << 20);
  BOOST_TEST((s[9].actor == ActorKind::second));
  BOOST_TEST(only_step(s, 19).name == "ListenOverflows");
}

BOOST_AUTO_TEST_CASE(the_verbs_of_a_life) {
  struct {
    const char* text;
    StepVerb verb;
  } const table[] = {
      {"subject: frees its memory itself", StepVerb::frees_memory},
      {"subject: count memory", StepVerb::count_memory},
      {"subject: memory grows by at most 1 MiB", StepVerb::memory_grows},
      {"subject: has a child", StepVerb::makes_children},
      {"subject: has no zombies", StepVerb::has_no_zombies},
      {"subject: closes each descriptor once", StepVerb::closes_once},
      {"subject: kill its first process", StepVerb::kill_first},
      {"subject: exits", StepVerb::exits},
      {"subject: has a child", StepVerb::makes_children},
      {"subject: releases the port", StepVerb::releases_port},
      {"subject: restart", StepVerb::restart},
      {"subject: is told to stop", StepVerb::told_to_stop},
      {"subject: exits 0", StepVerb::exits_zero},
  };
  std::string text;
  for (const auto& row : table) text += std::string(row.text) + "\n";
  const Script s = good(text);
  BOOST_REQUIRE_EQUAL(s.size(), std::size(table));
  for (std::size_t i = 0; i < s.size(); ++i) BOOST_TEST((only_step(s, i).verb == table[i].verb), table[i].text);
  BOOST_TEST(only_step(s, 2).bytes == 1u << 20);
}

BOOST_AUTO_TEST_CASE(the_queue_of_the_peers_listener) {
  const Script s = good(
      "queue: is full\nsubject: start\nqueue: turns the client away, turns the client away again, drains\n"
      "subject: connects or complains\na: accept\n",
      true);
  BOOST_TEST((s[0].actor == ActorKind::queue));
  BOOST_TEST((only_step(s, 0).verb == StepVerb::queue_fills));
  BOOST_REQUIRE(s[2].steps.size() == 3);
  BOOST_TEST((s[2].steps[0][0].verb == StepVerb::queue_turns_away));
  BOOST_TEST((s[2].steps[1][0].verb == StepVerb::queue_turns_away_again));
  BOOST_TEST((s[2].steps[2][0].verb == StepVerb::queue_drains));
  BOOST_TEST((only_step(s, 3).verb == StepVerb::begins_or_complains));
}

BOOST_AUTO_TEST_CASE(what_ends_the_subject) {
  BOOST_TEST(ends_subject(good("a: accept\nsubject: exits 0\na: close\n", true)));
  BOOST_TEST(ends_subject(good("subject: waits, complains\n", true)));
  BOOST_TEST(!ends_subject(good("a: accept\nsubject: waits\n", true)));
  BOOST_TEST(!ends_subject(good("subject: exits 0, restart\na: accept\n", true)));
}

BOOST_AUTO_TEST_CASE(every_form_of_the_table_is_parsed_as_its_own_verb) {
  for (const VerbRow& row : verb_table()) {
    std::string text(row.form);
    const auto put = [&](std::string_view what, std::string_view with) {
      if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
    };
    put("SIZE", "3 KiB");
    put("COUNTER", "ListenDrops");
    put("NAME", "a");
    put("ADDRESS", "127.0.0.2");
    const std::string actor = row.actor == ActorKind::connection ? "a" : std::string(to_string(row.actor));
    Diagnostics ignored;  // of what must come before; only the parse counts here
    const Script s = parse_script(actor + ": " + text, "f", 1, row.side == Side::clients, ignored);
    BOOST_REQUIRE_MESSAGE(s.size() == 1, text);
    BOOST_TEST((only_step(s, 0).verb == row.verb), text);
    BOOST_TEST(only_step(s, 0).text == text);
  }
}

BOOST_AUTO_TEST_CASE(the_help_names_every_verb_once) {
  std::set<std::pair<ActorKind, std::string_view>> forms;
  for (const VerbHelp& help : script_verbs()) {
    BOOST_TEST(!help.meaning.empty());
    BOOST_TEST(forms.emplace(help.actor, help.form).second);
  }
  BOOST_TEST(forms.size() == verb_table().size());
}

BOOST_AUTO_TEST_CASE(modifiers) {
  const Script s = good(
      "a: connect\n"
      "a: send 1 MiB of text in pieces of 4 KiB once the subject waits\n"
      "a: send 9 dribbling of binary\n"
      "a: receive echo slowly once the subject waits\n");
  const Step& pieces = only_step(s, 1);
  BOOST_TEST((pieces.payload == Payload::text));
  BOOST_TEST(pieces.piece == 4096u);
  BOOST_TEST(pieces.once_idle);
  BOOST_TEST(!pieces.dribbling);
  BOOST_TEST(pieces.bytes == 1u << 20);
  const Step& dribble = only_step(s, 2);
  BOOST_TEST(dribble.dribbling);
  BOOST_TEST((dribble.payload == Payload::binary));
  BOOST_TEST(dribble.piece == 0u);
  BOOST_TEST(only_step(s, 3).slowly);
  BOOST_TEST(only_step(s, 3).once_idle);
  const Script less = good("a: connect to 127.0.0.2\na: receive 9 of lines or less slowly\n");
  BOOST_TEST((only_step(less, 0).verb == StepVerb::connect));
  BOOST_TEST(only_step(less, 0).name == "127.0.0.2");
  BOOST_TEST((only_step(less, 1).verb == StepVerb::receive_lines));
  BOOST_TEST((only_step(less, 1).or_less && only_step(less, 1).slowly));
  BOOST_TEST(holds(bad("a: connect to 10.0.0.1"), "unexpected 'to 10.0.0.1' after 'connect'"));
  BOOST_TEST(holds(bad("a: connect, receive end or less"), "'or less' does not go with 'receive end'"));
}

BOOST_AUTO_TEST_CASE(steps_are_joined_by_commas_and_ampersands) {
  const Script s = good("a: connect,send 5&receive echo, shutdown write & receive end &\nb: connect\n");
  BOOST_REQUIRE(s.size() == 2);
  BOOST_TEST(s[0].background);
  BOOST_TEST(!s[1].background);
  BOOST_REQUIRE(s[0].steps.size() == 3);
  BOOST_TEST(s[0].steps[0].size() == 1u);
  BOOST_TEST(s[0].steps[1].size() == 2u);
  BOOST_TEST(s[0].steps[2].size() == 2u);
  BOOST_TEST(s[0].steps[1][0].text == "send 5");
  BOOST_TEST(s[0].steps[1][0].column == 12);
  BOOST_TEST(s[0].steps[1][1].column == 19);
}

BOOST_AUTO_TEST_CASE(actors_may_be_many) {
  const Script s = good("64 clients: connect\n64 clients: send 1 KiB\n100 visitors in turn: connect, close\n");
  BOOST_TEST(s[0].count == 64u);
  BOOST_TEST(s[0].name == "clients");
  BOOST_TEST(!s[0].in_turn);
  BOOST_TEST(s[2].count == 100u);
  BOOST_TEST(s[2].in_turn);
}

BOOST_AUTO_TEST_CASE(comments_blank_lines_and_returns_do_not_count) {
  const Script s = good("\n# a comment: with signs, & all\r\n  a:connect   # here too\r\n\n\ta : reset\n");
  BOOST_REQUIRE(s.size() == 2);
  BOOST_TEST(s[0].line == 3);
  BOOST_TEST(s[0].text == "a:connect");
  BOOST_TEST(only_step(s, 0).column == 5);
  BOOST_TEST(s[1].line == 5);
  BOOST_TEST(s[1].text == "a : reset");
}

BOOST_AUTO_TEST_CASE(syntax_mistakes) {
  struct {
    const char *text, *says;
    bool client = false;
  } const table[] = {
      {"", "f:1:1: the script is empty"},
      {" \n# only a comment\n", "f:1:1: the script is empty"},
      {"a connect", "f:1:1: expected 'ACTOR: STEPS'"},
      {": connect", "f:1:1: expected 'ACTOR: STEPS'"},
      {"a:", "f:1:2: expected a step after ':'"},
      {"a: &", "f:1:2: expected a step after ':'"},
      {"a: connect,", "f:1:11: expected a step after ','"},
      {"a: connect,, reset", "f:1:12: expected a step before ','"},
      {"a: & connect", "f:1:4: expected a step before '&'"},
      {"a: conect", "f:1:4: unknown verb 'conect' for a connection (did you mean 'connect'?)"},
      {"a: recieve echo", "f:1:4: unknown verb 'recieve' for a connection (did you mean 'receive echo'?)"},
      {"a: frobnicate", "f:1:4: unknown verb 'frobnicate' for a connection"},
      {"a: connect\na: shutdown wirte",
       "f:2:13: expected 'write' here, found 'wirte' (did you mean 'shutdown write'?)"},
      {"a: shutdown", "is not complete: expected 'shutdown write'"},
      {"a: send", "is not complete: expected 'send SIZE', 'send up to SIZE'"},
      {"a: send 5 KB", "f:1:11: unexpected 'KB' after 'send SIZE'"},
      {"a: send much", "f:1:9: expected a size such as 7, 64 KiB or 1 MiB here, found 'much'"},
      {"a: send 1.5 MiB", "f:1:9: expected a size"},
      {"a: send -1", "f:1:9: expected a size"},
      {"a: send 0", "a size is at least 1"},
      {"a: send up to 0 B", "a size is at least 1"},
      {"a: vanish within", "is not complete"},
      {"a: send 99999999999999999999999", "expected a size"},
      {"a: send 5 slowly", "f:1:11: 'slowly' does not go with 'send SIZE'"},
      {"a: receive 5 dribbling", "'dribbling' does not go with 'receive SIZE'"},
      {"a: receive 5 of text", "'of text' does not go with 'receive SIZE'"},
      {"a: send 5 of txet", "unexpected 'of txet' after 'send SIZE' (did you mean 'of text'?)"},
      {"a: send 5 of text of text", "'of text' is said twice"},
      {"a: send 5 of text of binary", "'of binary' is said twice"},
      {"a: send 5 in pieces of 0", "a piece has at least 1 byte"},
      {"a: send 5 in pieces of 2 dribbling", "in pieces or dribbling, not both"},
      {"a: send 5 once the subject wiats", "did you mean 'once the subject waits'"},
      {"a: connect now", "unexpected 'now' after 'connect'"},
      {"subject: listens once the subject waits", "does not go with 'listens'"},
      {"subject: exits 1", "unexpected '1' after 'exits'"},
      {"subject: memory stays under lots", "expected a size"},
      {"subject: connect", "f:1:10: 'connect' is what a connection does, not subject"},
      {"a: listens", "'listens' is what subject does, not a connection"},
      {"a: accept", "'accept' is not for server roles"},
      {"a: connect", "'connect' is not for the role client", true},
      {"subject: listens", "'listens' is not for the role client", true},
      {"a: accept\na: receive echo", "'receive echo' is not for the role client", true},
      {"stdin: end", "'stdin' is for the role client"},
      {"stdout: receive end", "'stdout' is for the role client"},
      {"kernel: ListenOverflow rises", "did you mean 'ListenOverflows'"},
      {"kernel: waits", "'waits' is what subject does, not kernel"},
      {"A: connect", "f:1:1: 'A' is no name"},
      {"9a: connect", "f:1:1: '9a' is no name"},
      {"echo: connect", "'echo' cannot name a connection"},
      {"peer: connect", "'peer' cannot name a connection"},
      {"2 subject: start", "there is only one 'subject'"},
      {"subject twice: start", "there is only one 'subject'"},
      {"0 clients: connect", "f:1:1: '0' connections: expected a number from 1 to 10000"},
      {"10001 clients: connect", "expected a number from 1 to 10000"},
      {"1x clients: connect", "expected a number from 1 to 10000"},
      {"a b: connect", "f:1:3: unexpected 'b' before ':'"},
      {"5 a in trun: connect", "f:1:5: unexpected 'in trun' before ':'"},
      {"a in turn: connect", "'in turn' needs a number"},
  };
  for (const auto& row : table) {
    const std::string said = bad(row.text, row.client);
    BOOST_TEST(holds(said, row.says), "'" << row.text << "' said: " << said);
  }
}

BOOST_AUTO_TEST_CASE(what_could_never_happen) {
  struct {
    const char *text, *says;
    bool client = false;
  } const table[] = {
      {"a: receive echo", "f:1:4: 'a' is not connected yet"},
      {"a: send 5\na: connect", "f:1:4: 'a' is not connected yet"},
      {"a: connect & send 5", "f:1:14: 'a' is not connected yet"},
      {"a: connect\na: connect", "f:2:4: 'a' is connected already"},
      {"a: connect\na: close\na: send 5", "f:3:4: 'a' is closed"},
      {"a: connect\na: reset\na: receive end", "f:3:4: 'a' is closed"},
      {"a: connect\na: vanish within 5\na: send 5", "f:3:4: 'a' is closed"},
      {"a: connect\na: shutdown write\na: send 5", "f:3:4: after 'shutdown write'"},
      {"a: connect\na: shutdown write, shutdown write", "f:2:20: 'shutdown write' was said already"},
      {"a: connect\na: receive end, receive 5", "f:2:17: after 'receive end'"},
      {"a: connect\na: receive echo", "f:2:4: 'a' has sent nothing"},
      {"a: connect\na: receive echo, send 5", "f:2:4: 'a' has sent nothing"},
      {"a: connect, send 5, close, connect, receive echo", "f:1:37: 'a' has sent nothing"},
      {"a: connect\na: send 5 & shutdown write", "f:2:13: 'shutdown write' would race"},
      {"a: connect\na: send 5 &\na: shutdown write", "f:3:4: 'shutdown write' would race"},
      {"a: connect\na: send 5 & close", "f:2:13: 'close' would race"},
      {"a: connect\na: receive end &\na: close", "f:3:4: 'close' would race"},
      {"a: connect &\na: send 5", "f:2:4: 'a' may not be connected yet: line 1"},
      {"a: connect &", "f:1: nothing follows this line"},
      {"64 clients: connect\nclients: send 5", "f:2: 'clients' stands for 64 connections since line 1, here for 1"},
      {"a: connect\n2 a: send 5", "f:2: 'a' stands for 1 connection since line 1, here for 2: write 'a:'"},
      {"a: accept\na: receive stdin", "stdin was given nothing", true},
      {"stdin: end\nstdin: send 5", "stdin was ended already", true},
      {"stdin: end, end", "stdin was ended already", true},
      {"stdin: send 5 & end", "'end' would race", true},
      {"stdin: send 5 &\nstdin: end", "'end' would race", true},
      {"stdout: receive a", "there is no connection 'a' so far", true},
      {"a: accept\nstdout: receive a", "'a' has sent nothing", true},
      {"2 a: accept, send 5\nstdout: receive a", "'a' stands for 2 connections", true},
      {"stdout: receive end, receive 5", "after 'receive end'", true},
      {"subject: restart", "subject has not ended"},
      {"subject: terminate\nsubject: restart", "subject has not ended"},
      {"subject: kill\nsubject: waits", "subject has ended"},
      {"subject: start\nsubject: exits\nsubject: start", "f:3:10: subject was started already"},
      {"subject: exits, exits", "f:1:17: subject has ended"},
      {"subject: kill, exits, exits", "f:1:23: subject has ended"},
      {"subject: kill, exits 0", "f:1:16: subject has ended"},
      {"subject: waits\nsubject: start", "subject was not started yet"},
      {"second: waits", "second was not started yet"},
      {"subject: continue", "subject was not stopped"},
      {"subject: stop\nsubject: stop", "subject was stopped already"},
      {"subject: has descriptors again", "it has descriptors"},
      {"subject: runs out of descriptors\nsubject: has descriptors again, has descriptors again", "it has descriptors"},
      {"subject: exits 0 or complains\nsubject: lives", "subject has ended"},
      {"port: is taken", "the port can be taken only before"},
      {"port: is taken, is taken\nsubject: start", "the port is taken already"},
      {"subject: start, complains\nport: stays taken", "the port was not taken"},
      {"subject: keeps its descriptors", "nothing was counted"},
      {"subject: count descriptors\nsubject: kill\nsubject: restart\nsubject: keeps its descriptors",
       "f:4:10: nothing was counted"},
  };
  for (const auto& row : table) {
    const std::string said = bad(row.text, row.client);
    BOOST_TEST(holds(said, row.says), "'" << row.text << "' said: " << said);
  }
}

BOOST_AUTO_TEST_CASE(what_looks_odd_and_is_right) {
  good("port: is taken\nsubject: start, complains\nport: stays taken\n");
  good("subject: runs out of descriptors, meets the shortage, rests, has descriptors again\n");
  good("subject: start, complains, meets the shortage\n");
  good("subject: start, listens or complains\na: connect, send 5, receive echo or less\n");
  good("subject: start, connects or complains, exits 0 or complains\n", true);
  good("a: connect\na: close\na: connect\na: send 5 & receive echo\n");
  good("20 clients: connect, vanish within 64 KiB & send 1 MiB & receive echo\n");
  good(
      "subject: start\nsubject: listens\na: connect\nsubject: kill\nkernel: TIME_WAIT on the port\nsubject: restart\n");
  good(
      "a: accept\nstdin: send 1 &\na: receive stdin &\na: send 1 &\nstdout: receive a\n"
      "stdin: end\na: receive end, shutdown write\nstdout: receive end\nsubject: exits 0\n",
      true);
  good("a: connect\na: receive echo &\na: send 5\n");
  good("a: connect\na: send 5 & reset\n");
  good("subject: kill, exits\nsubject: restart, listens\n");
  good("a: connect\na: send 5 &\nsubject: waits\na: shutdown write\n");
}

BOOST_AUTO_TEST_CASE(every_bad_line_is_told_and_places_follow_the_file) {
  Diagnostics problems;
  parse_script("a: conect\na: connect\na: snd 5", "dir/x.toml", 40, false, problems, 9);
  BOOST_REQUIRE(problems.size() == 2);
  BOOST_TEST(to_string(problems[0]).starts_with("dir/x.toml:40:12: "));
  BOOST_TEST(to_string(problems[1]).starts_with("dir/x.toml:42:4: "));
}

BOOST_AUTO_TEST_CASE(columns_count_characters) {
  BOOST_TEST(holds(bad("a: send 5 ééé"), "f:1:11: unexpected 'ééé'"));
  BOOST_TEST(holds(bad("é: connect, reset"), "f:1:1: 'é' is no name"));
  Diagnostics problems;
  parse_script("a: ééé, conect", "f", 1, false, problems);
  BOOST_REQUIRE(problems.size() == 2);
  BOOST_TEST(problems[1].column == 9);
}

BOOST_AUTO_TEST_CASE(the_verbs_of_a_dialogue) {
  const Script s = good(
      "a: plays the dialogue\n"
      "a: plays the dialogue glued together\n"
      "3 b in turn: plays the dialogue cut at every position\n"
      "a: breaks off the dialogue in every message, plays the dialogue once the subject waits\n"
      "c: begins the dialogue\n"
      "c: close\n");
  BOOST_TEST((only_step(s, 0).verb == StepVerb::play));
  BOOST_TEST((only_step(s, 1).verb == StepVerb::play_glued));
  BOOST_TEST((only_step(s, 2).verb == StepVerb::play_cut));
  BOOST_TEST((s[3].steps[0][0].verb == StepVerb::play_broken_off));
  BOOST_TEST(s[3].steps[1][0].once_idle);
  BOOST_TEST((only_step(s, 4).verb == StepVerb::play_beginning));
  BOOST_TEST(holds(bad("a: connect, plays the dialogue"), "connected already"));
  BOOST_TEST(holds(bad("a: plays the dialogue, send 1"), "'a' is closed"));
  BOOST_TEST(holds(bad("c: begins the dialogue, plays the dialogue"), "connected already"));
  good("c: stops in a message of the dialogue, close\nd: sends the dialogue, shutdown write, reset\n");
  BOOST_TEST(holds(bad("c: connect, sends the dialogue"), "connected already"));
  BOOST_TEST(holds(bad("c: stops in a message of the dialogue & connect"), "to itself"));
  BOOST_TEST(holds(bad("a: plays the dialog"), "'plays the dialogue'"));
  BOOST_TEST(holds(bad("a: plays the dialogue glued"), "glued"));
  Diagnostics problems;
  parse_script("a: plays the dialogue & begins the dialogue", "f", 1, false, problems);
  BOOST_REQUIRE(problems.size() == 2u);
  for (const Diagnostic& p : problems) BOOST_TEST(holds(p.message, "to itself"));
}

BOOST_AUTO_TEST_SUITE_END()
