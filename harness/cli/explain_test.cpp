// What `explain --file` tells is what the reader of scenario files accepts, and what help looks like everywhere.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "catalogue/scenario.hpp"
#include "catalogue/scenario_keys.hpp"
#include "cli/commands.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Said {
  int code = -1;
  std::string out, err;
};

Said explain(const std::vector<std::string>& arguments) {
  Paths paths;
  paths.scenarios = (fs::path(SOCKRIG_SOURCE_DIR) / "scenarios").string();
  std::ostringstream out, err;
  Said said;
  said.code = explain_command(arguments, paths, out, err);
  said.out = out.str();
  said.err = err.str();
  return said;
}

std::string problems_of(const std::string& text) {
  Diagnostics problems;
  const auto scenario = parse_scenario(text, "stream/x", "x.toml", problems);
  std::string out = scenario || !problems.empty() ? "" : "nothing, and no problem told";
  for (const Diagnostic& d : problems) out += to_string(d) + "\n";
  return out;
}

// The least file that is right with this line in it, or without the key.
std::string file_with(const ScenarioKey& row, bool given) {
  const std::string example(given ? row.example : "");
  const bool client =
      row.key == "client" || row.key == "listens" || row.key == "rounds" || row.key == "address" || row.key == "stdout";
  const std::string role = client                                         ? "client"
                           : row.table == "[script]" && row.key != "peer" ? std::string(row.key)
                                                                          : "echo-server";
  std::string file;
  for (const auto& [key, line] :
       std::initializer_list<std::pair<std::string_view, std::string>>{{"claim", "claim = \"c\""},
                                                                       {"clause", "clause = \"k\""},
                                                                       {"hint", "hint = \"h\""},
                                                                       {"role", "role = \"" + role + "\""},
                                                                       {"level", "level = \"should\""}}) {
    file += (row.table.empty() && row.key == key ? example : line) + "\n";
  }
  if (row.table.empty() && !holds(file, example)) file += example + "\n";
  const bool interrupts = row.key == "must_when" && given;
  if (row.table == "[[fault]]" || interrupts)
    file += "[[fault]]\n" + (interrupts ? "kind = \"interrupted\"" : example) + "\ncall = \"recv\"\n";
  if (row.table == "[world]" || row.table == "[subject]" || row.table == "[peer]")
    file += std::string(row.table) + "\n" + example + "\n";
  std::string script = client ? "peer = 'a: accept'" : "peer = 'a: connect'";
  if (row.key == "listens" || row.key == "rounds") script = "peer = 'subject: complains'";  // nobody need be accepted
  if (row.table == "[script]" && given) script = example;
  return file + "[script]\n" + script + "\n";
}

// The keys that the reader's source asks its tables for.
std::set<std::string> keys_in_the_source() {
  const std::regex asked(
      R"re((?:\b(?:top|world|subject|peer|reader)\.)re"
      R"re((?:line|text|find|strings|table|yes_or_no|number)\(|read_buffer\(peer, |read_script\(reader, )"([a-z_-]+)")re");
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(fs::path(SOCKRIG_SOURCE_DIR) / "harness/catalogue")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("scenario") || name.find("_test") != name.npos || !name.ends_with(".cpp")) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator it(text.begin(), text.end(), asked), end; it != end; ++it) out.insert((*it)[1]);
  }
  for (const Role role : {Role::echo_server, Role::discard_server, Role::chargen_server, Role::client, Role::custom})
    out.emplace(to_string(role));  // these are asked for in a loop
  for (const char* table : {"fault", "world", "subject", "peer", "script"})
    out.erase(table);  // named in ScenarioKey::table
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(explain_file)

BOOST_AUTO_TEST_CASE(every_key_of_the_table_is_read) {
  for (const ScenarioKey& row : scenario_keys()) {
    BOOST_TEST(problems_of(file_with(row, true)) == "", row.table << ' ' << row.key << ":\n" << file_with(row, true));
    BOOST_TEST(row.example.starts_with(std::string(row.key) + " = "), row.example);
  }
}

BOOST_AUTO_TEST_CASE(every_key_that_is_read_is_in_the_table) {
  std::set<std::string> told;
  for (const ScenarioKey& row : scenario_keys()) told.emplace(row.key);
  const std::set<std::string> read = keys_in_the_source();
  for (const std::string& key : read) {
    const bool is_table = key == "peer";  // a table, and a key in another
    BOOST_TEST((is_table || told.contains(key)), "not in scenario_keys.cpp: " << key);
  }
  BOOST_TEST(read.size() + 1 >= told.size(), "the source is no longer read as this test expects it: " << read.size());
  // What the catalogue says is in the table too, so that a key that the source scan misses is still found.
  const std::regex line(R"(^([a-z_-]+) *=.*)");
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOCKRIG_SOURCE_DIR) / "scenarios")) {
    if (entry.path().extension() != ".toml") continue;
    std::ifstream file(entry.path());
    bool fault = false;
    std::smatch found;
    for (std::string text; std::getline(file, text);) {
      if (text.starts_with("[")) fault = text == "[[fault]]";
      if (!fault && std::regex_match(text, found, line))
        BOOST_TEST(told.contains(found[1]), entry.path() << ": " << found[1]);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_must_be_given_is_missed_and_the_rest_is_not) {
  for (const ScenarioKey& row : scenario_keys()) {
    if (row.table == "[script]" || row.table == "[[fault]]") continue;
    const std::string problems = problems_of(file_with(row, false));
    if (row.standard.empty()) {
      BOOST_TEST(holds(problems, fmt::format("'{}' is missing", row.key)), row.key << ": " << problems);
    } else {
      BOOST_TEST(problems == "", row.key);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_example_is_right) {
  BOOST_TEST(problems_of(std::string(scenario_example())) == "");
}

BOOST_AUTO_TEST_CASE(ranges_are_as_told) {
  const std::string file = file_with({"[world]", "mtu", "", "", "", "mtu = 68"}, true);
  const auto with = [&](const std::string& mtu) {
    std::string out = file;
    return problems_of(out.replace(out.find("mtu = 68"), 8, "mtu = " + mtu));
  };
  BOOST_TEST(with("68") == "");
  BOOST_TEST(with("65535") == "");
  BOOST_TEST(holds(with("67"), "expected 68 to 65535"));
  BOOST_TEST(holds(with("65536"), "expected 68 to 65535"));
}

BOOST_AUTO_TEST_CASE(all_of_it_is_printed) {
  const Said said = explain({"--file"});
  BOOST_TEST(said.code == 0);
  BOOST_TEST(said.err == "");
  for (const ScenarioKey& row : scenario_keys())
    BOOST_TEST(holds(said.out, fmt::format("\n  {} = {}\n", row.key, row.values)), row.key);
  for (const FaultKind* kind : fault_kinds()) BOOST_TEST(holds(said.out, "\n    " + std::string(kind->name)));
  BOOST_TEST(holds(said.out, "skip, one-in, times"));
  std::istringstream lines(said.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 104u, line);
}

BOOST_AUTO_TEST_CASE(topics_are_told_one_after_another) {
  const Said said = explain({"--script", "--file", "--faults", "stream/text"});
  BOOST_TEST(said.code == 0);
  const std::size_t file = said.out.find("An example"), faults = said.out.find("licence:"),
                    script = said.out.find("after a step"), claim = said.out.find("\nstream/text\n");
  BOOST_TEST((file < faults && faults < script && script < claim && claim != said.out.npos));
}

BOOST_AUTO_TEST_CASE(a_topic_without_its_dashes_is_guessed) {
  for (const auto& [word, option] : {std::pair{"faults", "--faults"},
                                     {"fault", "--faults"},
                                     {"script", "--script"},
                                     {"scripts", "--script"},
                                     {"file", "--file"},
                                     {"files", "--file"}}) {
    const Said said = explain({word});
    BOOST_TEST(said.code == 2);
    BOOST_TEST(holds(said.err, fmt::format("did you mean '{}'?", option)), said.err);
  }
  BOOST_TEST(holds(explain({"stream/txet"}).err, "did you mean 'stream/text'?"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(help_is_the_same_everywhere) {
  using Command = int (*)(const std::vector<std::string>&, const Paths&, std::ostream&, std::ostream&);
  for (const auto& [name, command] :
       std::initializer_list<std::pair<std::string, Command>>{{"run", run_command},
                                                              {"list", list_command},
                                                              {"explain", explain_command},
                                                              {"lint", lint_command},
                                                              {"exec", exec_command},
                                                              {"doctor", doctor_command}}) {
    std::ostringstream out, err;
    BOOST_TEST(command({"--help"}, {}, out, err) == 0);
    BOOST_TEST(err.str() == "");
    BOOST_TEST(out.str().starts_with("usage: sockrig " + name), out.str());
    BOOST_TEST(holds(out.str(), "\nExamples:\n  sockrig " + name), out.str());
  }
}

}  // namespace sockrig
