// list, explain and lint, over a small catalogue of the test's own.
#include <boost/program_options.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catalogue/script.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "faults/fault.hpp"

using namespace sockrig;
namespace fs = std::filesystem;

namespace {

struct Said {
  int code = -1;
  std::string out, err;
};

struct Rig {
  fs::path folder;
  Paths paths;
  Rig() {
    std::string name = (fs::temp_directory_path() / "sockrig-commands-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    paths.scenarios = name;
    write("stream/first.toml",
          "claim = \"Bytes \\\"come\\\" whole\"\nclause = \"RFC 9293 3.6\"\nrole = [\"echo-server\", \"client\"]\n"
          "level = \"must\"\nhint = \"Look at recv().\"\n[[fault]]\nkind = \"short-recv\"\nbytes = 1\n[script]\n"
          "echo-server = '''\na: connect   # a comment\na: send 5 & receive echo\n'''\nclient = 'a: accept'\n");
    write("accept/second.toml",
          "claim = \"Goes on\"\nclause = \"accept(2)\"\nrole = \"echo-server\"\nlevel = \"should\"\n"
          "must_when = \"handler\"\nserves = \"in-turn\"\nafter = [\"stream/first\"]\nhint = \"EINTR\"\n"
          "[[fault]]\nkind = \"interrupted\"\ncall = \"accept\"\n[world]\nmtu = 536\n[script]\npeer = 'a: connect'\n");
  }
  ~Rig() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  std::string file(const std::string& name) const { return (folder / name).string(); }

  template <typename Command>
  Said run(Command command, const std::vector<std::string>& arguments) const {
    std::ostringstream out, err;
    Said said;
    said.code = command(arguments, paths, out, err);
    said.out = out.str();
    said.err = err.str();
    return said;
  }
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalogue_commands)

BOOST_AUTO_TEST_CASE(list_shows_a_line_for_each_claim) {
  const Rig rig;
  const Said said = rig.run(list_command, {});
  BOOST_TEST(said.code == 0);
  BOOST_TEST(said.err == "");
  BOOST_TEST(said.out ==
             "accept/second  should*  echo-server          Goes on\n"
             "stream/first   must     echo-server, client  Bytes \"come\" whole\n"
             "\n* must where the program itself catches signals\n");
  BOOST_TEST(rig.run(list_command, {"stream"}).out ==
             "stream/first  must     echo-server, client  Bytes \"come\" whole\n");
}

BOOST_AUTO_TEST_CASE(list_as_json_holds_everything) {
  const Rig rig;
  const Said said = rig.run(list_command, {"--json"});
  BOOST_TEST(said.code == 0);
  const auto json = nlohmann::json::parse(said.out);
  BOOST_REQUIRE(json.size() == 2);
  BOOST_TEST(json[0]["id"] == "accept/second");
  BOOST_TEST(json[0]["must_when"] == "handler");
  BOOST_TEST(json[0]["serves"] == "in-turn");
  BOOST_TEST(json[0]["after"][0] == "stream/first");
  BOOST_TEST(json[0]["namespaces"] == true);
  BOOST_TEST(json[0]["mtu"] == 536);
  BOOST_TEST(json[1]["claim"] == "Bytes \"come\" whole");
  BOOST_TEST(json[1]["must_when"].is_null());
  BOOST_TEST(json[1]["roles"].size() == 2u);
  BOOST_TEST(json[1]["faults"][0] == "short-recv bytes=1");
  BOOST_TEST(json[1]["script"]["echo-server"][0] == "a: connect");
  BOOST_TEST(json[1]["script"]["client"][0] == "a: accept");
  for (const char* key : {"chapter", "clause", "level", "hint", "about", "file", "peer", "sysctl", "hosts", "host"}) {
    BOOST_TEST(json[1].contains(key), key);
  }
}

BOOST_AUTO_TEST_CASE(list_says_why_it_shows_nothing) {
  const Rig rig;
  Said said = rig.run(list_command, {"straem"});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(holds(said.err, "did you mean 'stream'"));
  said = rig.run(list_command, {"stream", "!stream"});
  BOOST_TEST(said.code == 3);
  BOOST_TEST(holds(said.err, "nothing is selected"));
  said = rig.run(list_command, {"--json", "stream", "!stream"});
  BOOST_TEST(said.code == 3);
  BOOST_TEST(said.out == "[]\n");
  said = rig.run(list_command, {"--scenarios", rig.file("none")});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(holds(said.err, "cannot be read"));
  rig.write("stream/bad.toml", "claim = 1\n");
  said = rig.run(list_command, {});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(holds(said.err, rig.file("stream/bad.toml") + ":1:9: "));
}

BOOST_AUTO_TEST_CASE(explain_tells_a_claim) {
  const Rig rig;
  const Said said = rig.run(explain_command, {"stream/first"});
  BOOST_TEST(said.code == 0);
  for (const char* part :
       {"Bytes \"come\" whole", "RFC 9293 3.6", "level   must\n", "roles   echo-server, client", "short-recv bytes=1",
        "licence: POSIX recv()", "never: returns zero", "a: send 5 & receive echo", "a: accept", "Look at recv()."}) {
    BOOST_TEST(holds(said.out, part), part);
  }
  const Said other = rig.run(explain_command, {"accept/second"});
  for (const char* part : {"must where the program itself catches signals", "serves  in-turn", "after   stream/first",
                           "MTU is 536", "needs namespaces"}) {
    BOOST_TEST(holds(other.out, part), part);
  }
}

BOOST_AUTO_TEST_CASE(explain_keeps_its_lines_short) {
  const Rig rig;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--faults"}, {"stream/first"}}) {
    std::istringstream lines(rig.run(explain_command, arguments).out);
    for (std::string line; std::getline(lines, line);) {
      BOOST_TEST((line.size() <= 104 || holds(line, rig.folder.string())), line);  // bytes: '…' is three
    }
  }
}

BOOST_AUTO_TEST_CASE(explain_tells_the_language) {
  const Rig rig;
  const Said faults = rig.run(explain_command, {"--faults"});
  BOOST_TEST(faults.code == 0);
  for (const FaultKind* kind : fault_kinds()) {
    BOOST_TEST(holds(faults.out, std::string(kind->name) + "\n"));
    for (const FaultParameter& p : kind->parameters)
      BOOST_TEST(holds(faults.out, "      " + std::string(p.name) + " = "));
  }
  BOOST_TEST(holds(faults.out, "      one-in = "));
  const Said script = rig.run(explain_command, {"--script"});
  BOOST_TEST(script.code == 0);
  for (const VerbHelp& verb : script_verbs()) BOOST_TEST(holds(script.out, "  " + std::string(verb.form) + " "));
  BOOST_TEST(holds(script.out, "once the subject waits"));
}

BOOST_AUTO_TEST_CASE(explain_refuses_what_is_not_there) {
  const Rig rig;
  Said said = rig.run(explain_command, {"stream/frist"});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(said.err == "sockrig explain: there is no claim 'stream/frist' (did you mean 'stream/first'?)\n");
  said = rig.run(explain_command, {});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(holds(said.err, "expected an ID"));
}

BOOST_AUTO_TEST_CASE(lint_passes_what_is_right) {
  const Rig rig;
  Said said = rig.run(lint_command, {});
  BOOST_TEST(said.code == 0);
  BOOST_TEST(said.out == "2 files, 0 problems\n");
  BOOST_TEST(said.err == "");
  said = rig.run(lint_command, {rig.file("accept/second.toml")});  // names a claim of a file that was not given
  BOOST_TEST(said.code == 0);
  BOOST_TEST(said.out == "1 file, 0 problems\n");
  said = rig.run(lint_command, {rig.file("accept"), rig.file("stream/first.toml"), rig.file("stream/first.toml")});
  BOOST_TEST(said.out == "2 files, 0 problems\n");
}

BOOST_AUTO_TEST_CASE(lint_tells_problems_with_their_place) {
  const Rig rig;
  rig.write("stream/bad.toml", "claim = 1\n");
  rig.write(
      "stream/late.toml",
      "claim = \"c\"\nclause = \"k\"\nrole = \"client\"\nlevel = \"must\"\nhint = \"h\"\nafter = [\"stream/frist\"]\n"
      "[script]\npeer = 'a: connect'\n");
  Said said = rig.run(lint_command, {});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(holds(said.err, rig.file("stream/bad.toml") + ":1:9: 'claim' must be a string"));
  BOOST_TEST(holds(said.err, rig.file("stream/late.toml") + ":8:12: 'connect' is not for the role client"));
  BOOST_TEST(holds(said.out, "4 files, 7 problems"), said.err);
  rig.write(
      "stream/late.toml",
      "claim = \"c\"\nclause = \"k\"\nrole = \"client\"\nlevel = \"must\"\nhint = \"h\"\nafter = [\"stream/frist\"]\n"
      "[script]\npeer = 'a: accept'\n");
  said = rig.run(lint_command, {rig.file("stream/late.toml")});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(said.err ==
             rig.file("stream/late.toml") + ":6:10: there is no claim 'stream/frist' (did you mean 'stream/first'?)\n");
  BOOST_TEST(said.out == "1 file, 1 problem\n");
}

BOOST_AUTO_TEST_CASE(lint_never_passes_by_looking_at_nothing) {
  const Rig rig;
  BOOST_TEST(rig.run(lint_command, {rig.file("none.toml")}).code == 2);
  BOOST_TEST(rig.run(lint_command, {rig.file("none")}).code == 2);
  fs::create_directories(rig.folder / "empty");
  BOOST_TEST(rig.run(lint_command, {rig.file("empty")}).code == 3);
  fs::create_directories(rig.folder / "stream/folder.toml");
  const Said said = rig.run(lint_command, {rig.file("stream/folder.toml")});
  BOOST_TEST(said.code == 2);
  BOOST_TEST(holds(said.err, "is a folder"));
}

BOOST_AUTO_TEST_CASE(every_command_has_help_and_knows_its_options) {
  const Rig rig;
  for (const auto& [command, name] :
       {std::pair{&list_command, "list"}, {&explain_command, "explain"}, {&lint_command, "lint"}}) {
    const Said help = rig.run(command, {"--help"});
    BOOST_TEST(help.code == 0);
    BOOST_TEST(help.err == "");
    BOOST_TEST(help.out.starts_with(std::string("usage: sockrig ") + name + " "));
    BOOST_TEST(holds(help.out, "--scenarios"));
    const Said wrong = rig.run(command, {"--scenaros", "x"});
    BOOST_TEST(wrong.code == 2);
    BOOST_TEST(wrong.out == "");
    BOOST_TEST(holds(wrong.err, "unknown option '--scenaros' (did you mean '--scenarios'?)"), wrong.err);
    BOOST_TEST(rig.run(command, {"--scenarios"}).code == 2);  // its value is missing
  }
}

BOOST_AUTO_TEST_CASE(options_are_neither_guessed_nor_swallowed) {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("verbose", "");
  const auto parse = [&](const std::vector<std::string>& arguments, const std::string& words_name, std::string& told,
                         std::vector<std::string>& words) {
    po::variables_map values;
    std::ostringstream out, err;
    const auto code = parse_options(arguments, {"x", "", "", words_name}, options, values, words, out, err);
    told = err.str();
    return code.value_or(-1);
  };
  std::string told;
  std::vector<std::string> words;
  BOOST_TEST(parse({"--verb"}, "", told, words) == 2);  // an abbreviation
  BOOST_TEST(parse({"--verbose"}, "", told, words) == -1);
  BOOST_TEST(parse({"word"}, "", told, words) == 2);
  BOOST_TEST(holds(told, "unexpected 'word'"));
  BOOST_TEST(parse({"one", "--verbose", "!two"}, "word", told, words) == -1);
  BOOST_TEST(words == (std::vector<std::string>{"one", "!two"}), boost::test_tools::per_element());
  words.clear();
  BOOST_TEST(parse({"--", "--odd"}, "word", told, words) == -1);
  BOOST_TEST(words == std::vector<std::string>{"--odd"}, boost::test_tools::per_element());
  BOOST_TEST(parse({"-z"}, "", told, words) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
