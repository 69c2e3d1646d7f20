#include "cli/run_options.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>

namespace sockrig {
namespace {

struct Parsed {
  RunOptions options;
  std::optional<int> code;
  std::string out, err;
};

Parsed parse(const std::vector<std::string>& words) {
  Parsed p;
  std::ostringstream out, err;
  p.code = parse_run_options(words, p.options, out, err);
  p.out = out.str();
  p.err = err.str();
  return p;
}

// "console:-" and so on, in order.
std::string reports_of(const RunOptions& options) {
  std::string text;
  for (const ReportTarget& t : options.reports.targets) text += std::string(t.report->name) + ":" + t.path + " ";
  return text;
}

void refuses(const std::vector<std::string>& words, const std::string& why) {
  const Parsed p = parse(words);
  BOOST_TEST((p.code == 2), why);
  BOOST_TEST(p.err.find(why) != std::string::npos, "expected '" << why << "' in: " << p.err);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_options)

BOOST_AUTO_TEST_CASE(nothing_given) {
  const Parsed p = parse({});
  BOOST_REQUIRE(!p.code.has_value());
  BOOST_TEST(p.options.selectors.empty());
  BOOST_TEST(p.options.commands.empty());
  BOOST_TEST((p.options.serves == Serves::at_once && p.options.level == Level::should));
  BOOST_TEST(p.options.seed == 1u);
  BOOST_TEST(p.options.jobs == 0);
  BOOST_TEST(reports_of(p.options) == "console:- ");
}

BOOST_AUTO_TEST_CASE(everything_given) {
  const Parsed p = parse({"stream",
                          "!stream/large",
                          "--echo-server",
                          "./s {host} {port}",
                          "--client=./c {port}",
                          "--serves",
                          "in-turn",
                          "--stop",
                          "line:q",
                          "--level",
                          "must",
                          "-j3",
                          "--seed",
                          "18446744073709551615",
                          "--keep",
                          "kept",
                          "--sandbox",
                          "none",
                          "--scenarios",
                          "dir",
                          "-v"});
  BOOST_REQUIRE(!p.code.has_value());
  BOOST_TEST(p.options.selectors.size() == 2u);
  BOOST_TEST(p.options.commands.at(Role::echo_server) == "./s {host} {port}");
  BOOST_TEST(p.options.commands.at(Role::client) == "./c {port}");
  BOOST_TEST((p.options.serves == Serves::in_turn && p.options.level == Level::must &&
              p.options.sandbox == SandboxChoice::none));
  BOOST_TEST(p.options.stop == "line:q");
  BOOST_TEST(p.options.jobs == 3);
  BOOST_TEST(p.options.seed == UINT64_MAX);
  BOOST_TEST((p.options.keep_directory == "kept" && p.options.reports.verbose));
  BOOST_TEST(repeat_prefix(p.options) ==
             "sockrig run --echo-server './s {host} {port}' --client './c {port}' --serves in-turn --stop line:q "
             "--level must "
             "--sandbox none --scenarios dir");
}

BOOST_AUTO_TEST_CASE(a_quote_in_a_command_survives_the_shell) {
  BOOST_TEST(repeat_prefix(parse({"--client", "./it's {port}"}).options) == "sockrig run --client './it'\\''s {port}'");
}

BOOST_AUTO_TEST_CASE(a_custom_server_and_its_dialogue) {
  const Parsed p = parse({"--custom-server", "./s {port}", "--dialogue", "my dialogue"});
  BOOST_REQUIRE(!p.code.has_value());
  BOOST_TEST(p.options.commands.at(Role::custom) == "./s {port}");
  BOOST_TEST(p.options.dialogue == "my dialogue");
  BOOST_TEST(repeat_prefix(p.options) == "sockrig run --custom-server './s {port}' --dialogue 'my dialogue'");
  refuses({"--custom-server", "./s {port}"}, "--dialogue FILE");
  refuses({"--dialogue", "d"}, "--custom-server CMD");
  refuses({"--echo-server", "./s {port}", "--dialogue", "d"}, "--custom-server CMD");
  refuses({"--custom-server", "./s {port}", "--dialogue", ""}, "an empty path");
  refuses({"--custom-server", "./s"}, "--custom-server: the command must say where the port goes");
  refuses({"--custom", "./s {port}"}, "--custom");
}

BOOST_AUTO_TEST_CASE(where_reports_go) {
  BOOST_TEST(reports_of(parse({"--report", "json"}).options) == "json:- ");
  BOOST_TEST(reports_of(parse({"--report", "junit=x.xml"}).options) == "junit:x.xml console:- ");
  BOOST_TEST(reports_of(parse({"--out", "d"}).options) == "json:d/results.json junit:d/junit.xml console:- ");
  BOOST_TEST(reports_of(parse({"--out", "d", "--report", "console"}).options) ==
             "console:d/report.txt json:d/results.json junit:d/junit.xml ");
  BOOST_TEST(reports_of(parse({"--out", "d", "--report", "json", "--report", "junit=-"}).options) ==
             "json:d/results.json junit:- junit:d/junit.xml ");
  BOOST_TEST(reports_of(parse({"--report", "console", "--report", "json=a=b"}).options) == "console:- json:a=b ");
}

BOOST_AUTO_TEST_CASE(help_is_no_mistake) {
  const Parsed p = parse({"--help"});
  BOOST_TEST((p.code == 0));
  BOOST_TEST(p.out.find("--echo-server") != std::string::npos);
  BOOST_TEST(p.err == "");
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  refuses({"--echo-sever", "x"}, "did you mean '--echo-server'?");
  refuses({"--ech", "./s {port}"}, "--ech");
  refuses({"--echo-server", "./s"}, "{port}");
  refuses({"--stop", "SIGKILL"}, "--stop: 'SIGKILL' is neither a signal that asks to stop");
  refuses({"--serves", "at-onc"}, "did you mean 'at-once'?");
  refuses({"--level", "may"}, "must, should");
  refuses({"--sandbox", "docker"}, "auto, namespaces, none");
  refuses({"--seed", "-1"}, "seed");
  refuses({"--seed", "18446744073709551616"}, "--seed");
  refuses({"-j", "0"}, "--jobs");
  refuses({"-j", "2x"}, "--jobs");
  refuses({"--report", "jsn"}, "did you mean 'json'?");
  refuses({"--report", "json="}, "no path");
  refuses({"--report", "json", "--report", "junit"}, "standard output");
  refuses({"--report", "json=x", "--report", "junit=x"}, "both be written to x");
  refuses({"--out", ""}, "an empty path");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
