#include "cli/run_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <ostream>

#include "catalogue/diagnostic.hpp"
#include "cli/options.hpp"
#include "plan/command_words.hpp"

namespace sockrig {
namespace {

namespace po = boost::program_options;

constexpr std::array roles = {Role::echo_server, Role::discard_server, Role::chargen_server, Role::client,
                              Role::custom};

po::options_description run_options() {
  po::options_description all;
  auto add = all.add_options();
  add("echo-server", po::value<std::string>()->value_name("CMD"), "the echo server to test (RFC 862)");
  add("discard-server", po::value<std::string>()->value_name("CMD"), "the discard server to test (RFC 863)");
  add("chargen-server", po::value<std::string>()->value_name("CMD"), "the character generator to test (RFC 864)");
  add("client", po::value<std::string>()->value_name("CMD"), "the client to test");
  add("custom-server", po::value<std::string>()->value_name("CMD"),
      "the server with a protocol of its own to test; --dialogue says what it is asked");
  add("dialogue", po::value<std::string>()->value_name("FILE"),
      "what is said to the custom server ('> hello\\n') and what it must answer ('< HELLO\\n')");
  add("serves", po::value<std::string>()->value_name("HOW"),
      "what the servers promise: one (connection, then they exit), in-turn, at-once (default)");
  add("stop", po::value<std::string>()->value_name("HOW"),
      "how the servers are told to stop: SIGTERM, SIGINT, …, or line:TEXT on standard input");
  add("level", po::value<std::string>()->value_name("LEVEL"),
      "must: only what programs must do; should (default): also what good ones do");
  add("jobs,j", po::value<std::string>()->value_name("N"), "run so many side by side (default: one a core)");
  add("seed", po::value<std::string>()->value_name("S"), "what every random decision is made from (default: 1)");
  add_report_options(all);
  add("keep", po::value<std::string>()->value_name("DIR"),
      "write down each run there (made if missing), to be judged again, carried out again or shown");
  add_sandbox_option(all);
  add("scenarios", po::value<std::string>()->value_name("DIR"), "take the scenarios from there");
  return all;
}

template <typename T>
std::string choose(const po::variables_map& given, const char* name, std::optional<T> (*parse)(std::string_view),
                   const std::vector<std::string>& words, T& out) {
  if (given.count(name) == 0) return "";
  const std::string& word = given[name].as<std::string>();
  const std::optional<T> value = parse(word);
  if (value) out = *value;
  return value ? ""
               : fmt::format("--{}: '{}' is not one of {}{}", name, word, fmt::join(words, ", "),
                             did_you_mean(word, words));
}

std::optional<SandboxChoice> parse_sandbox(std::string_view text) {
  if (text == "auto") return SandboxChoice::automatic;
  if (text == "namespaces") return SandboxChoice::namespaces;
  if (text == "none") return SandboxChoice::none;
  return std::nullopt;
}

std::string number(const po::variables_map& given, const char* name, std::uint64_t least, std::uint64_t most,
                   std::uint64_t& out) {
  if (given.count(name) == 0) return "";
  const std::string& word = given[name].as<std::string>();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error == std::errc{} && end == word.data() + word.size() && value >= least && value <= most) {
    out = value;
    return "";
  }
  return fmt::format("--{}: '{}' is not a number from {} to {}", name, word, least, most);
}

std::string command_for(const po::variables_map& given, Role role, RunOptions& options) {
  const std::string name = option_of(role).substr(2);
  if (given.count(name) == 0) return "";
  const std::string& command = given[name].as<std::string>();
  if (command.find("{port}") == command.npos) {
    return fmt::format("--{}: the command must say where the port goes, as in './server {{port}}'", name);
  }
  options.commands[role] = command;
  return "";
}

std::string take_stop(const po::variables_map& given, RunOptions& options) {
  if (given.count("stop") == 0) return "";
  options.stop = given["stop"].as<std::string>();
  if (parse_stop(options.stop)) return "";
  return fmt::format(
      "--stop: '{}' is neither a signal that asks to stop (SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, "
      "SIGUSR2) nor a line, as in line:q",
      options.stop);
}

std::string take(const po::variables_map& given, RunOptions& options) {
  const auto text = [&](const char* name) {
    return given.count(name) != 0 ? given[name].as<std::string>() : std::string();
  };
  options.keep_directory = text("keep");
  options.scenarios = text("scenarios");
  options.dialogue = text("dialogue");
  std::string problem;
  const auto still = [&](auto&& step) {
    if (problem.empty()) problem = step();
  };
  for (const char* name : {"keep", "scenarios", "dialogue"}) {
    still([&] { return given.count(name) != 0 && text(name).empty() ? fmt::format("--{}: an empty path", name) : ""; });
  }
  for (Role role : roles) still([&] { return command_for(given, role, options); });
  still([&] {
    const bool alone = given.count("dialogue") != 0 && !options.commands.contains(Role::custom);
    if (alone) return "--dialogue: it is held with a custom server: name it with --custom-server CMD";
    const bool mute = given.count("dialogue") == 0 && options.commands.contains(Role::custom);
    return mute ? "--custom-server: say what it is asked and must answer: --dialogue FILE" : "";
  });
  still([&] { return choose<Serves>(given, "serves", parse_serves, {"one", "in-turn", "at-once"}, options.serves); });
  still([&] { return take_stop(given, options); });
  still([&] { return choose<Level>(given, "level", parse_level, {"must", "should"}, options.level); });
  still([&] { return take_sandbox(given, options.sandbox); });
  std::uint64_t jobs = 0;
  still([&] { return number(given, "jobs", 1, 256, jobs); });
  options.jobs = static_cast<int>(jobs);
  still([&] { return number(given, "seed", 0, UINT64_MAX, options.seed); });
  still([&] { return take_report_options(given, options.reports); });
  return problem;
}

}  // namespace

void add_sandbox_option(po::options_description& to) {
  to.add_options()("sandbox", po::value<std::string>()->value_name("KIND"), "auto (default), namespaces, none");
}

std::string take_sandbox(const po::variables_map& given, SandboxChoice& out) {
  return choose<SandboxChoice>(given, "sandbox", parse_sandbox, {"auto", "namespaces", "none"}, out);
}

std::optional<int> parse_run_options(const std::vector<std::string>& arguments, RunOptions& options, std::ostream& out,
                                     std::ostream& err) {
  const CommandUsage usage{
      .command = "run",
      .synopsis = "[OPTION…] [SELECTOR…]",
      .description =
          "Runs scenarios against the given programs and reports.\n\n"
          "A SELECTOR is an id (stream/large), a chapter (stream) or a glob (*/short-*); with '!' in front it takes "
          "away.\n"
          "Without any, everything is run.\n\n"
          "A CMD is a command line, with quotes as a shell has them, in which {host} and {port} are replaced:\n"
          "--echo-server './server {port}'. Without any, the reference programs that come with sockrig are tested.\n\n"
          "A report without PATH goes into the folder of --out, or to standard output if there is none.\n\n"
          "Exit codes: 0 passed, 1 failed, 2 usage, 3 nothing selected, 4 inconclusive, 5 harness error, 130 "
          "interrupted.",
      .words = "selector",
      .examples =
          "sockrig run\n"
          "sockrig run --echo-server './server {port}' --serves in-turn stream shutdown\n"
          "sockrig run --client './client {host} {port}' --report console --report junit=junit.xml"};
  po::variables_map given;
  if (const auto code = parse_options(arguments, usage, run_options(), given, options.selectors, out, err)) return code;
  const std::string problem = take(given, options);
  if (problem.empty()) return std::nullopt;
  err << "sockrig run: " << problem << "\nTry 'sockrig run --help'.\n";
  return 2;
}

std::string repeat_prefix(const RunOptions& options) {
  std::string out = "sockrig run";
  for (const auto& [role, command] : options.commands)
    out += fmt::format(" {} {}", option_of(role), quoted_word(command));
  if (!options.dialogue.empty()) out += " --dialogue " + quoted_word(options.dialogue);
  if (options.serves != Serves::at_once) out += fmt::format(" --serves {}", to_string(options.serves));
  if (!options.stop.empty()) out += " --stop " + quoted_word(options.stop);
  if (options.level == Level::must) out += " --level must";  // it also decides whose signal handlers count
  if (options.sandbox == SandboxChoice::none) out += " --sandbox none";
  if (options.sandbox == SandboxChoice::namespaces) out += " --sandbox namespaces";
  if (!options.scenarios.empty()) out += " --scenarios " + quoted_word(options.scenarios);
  return out;
}

}  // namespace sockrig
