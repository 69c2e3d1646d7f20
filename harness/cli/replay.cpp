// `sockrig replay`: a run that was kept, carried out again from its spec.
#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <filesystem>
#include <ostream>

#include "campaign/kept.hpp"
#include "cli/carry_out.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/refusal.hpp"
#include "cli/run_options.hpp"
#include "reports/text.hpp"
#include "run/program_file.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

// The folder of a run stands for the spec in it.
RunSpec spec_in(const std::string& name) {
  std::string problem;
  std::error_code error;
  const std::string file = fs::is_directory(name, error) ? (fs::path(name) / "spec.json").string() : name;
  std::optional<RunSpec> spec = read_spec(file, problem);
  if (!spec) throw Refusal(problem);
  if (!spec->skip.empty()) throw Refusal(fmt::format("{}: it was not run: {}", file, spec->skip));
  return std::move(*spec);
}

int replay(const std::string& name, const po::variables_map& given, ReportOptions reports, const Paths& paths,
           std::ostream& out, std::ostream& err) {
  if (const std::string trouble = trouble_with_shim(paths); !trouble.empty()) throw Refusal(trouble);
  SandboxChoice sandbox = SandboxChoice::automatic;
  if (const std::string problem = take_sandbox(given, sandbox); !problem.empty()) throw Refusal(problem);
  RunSpec spec = spec_in(name);
  std::string keep = given.contains("keep") ? given["keep"].as<std::string>() : "";
  if (given.contains("keep") && keep.empty()) throw Refusal("--keep: an empty path");
  if (!spec.directory.empty()) {
    // What is written goes where the caller is.
    for (ReportTarget& target : reports.targets) {
      if (target.path != "-") target.path = fs::absolute(target.path);
    }
    if (!reports.out_directory.empty()) reports.out_directory = fs::absolute(reports.out_directory);
    if (!keep.empty()) keep = fs::absolute(keep);
    std::error_code error;
    fs::current_path(spec.directory, error);
    if (error) throw Refusal(fmt::format("it was run in {}: {}", spec.directory, error.message()));
  }
  if (const std::string trouble = trouble_with_program(spec.command); !trouble.empty())
    throw Refusal(fmt::format("{}: {}", option_of(spec.role), trouble));
  CarryOut what{.plan = {},
                .machine = machine_for(sandbox),
                .shim = paths.shim,
                .seed = spec.seed,
                .commands = {{spec.role, spec.command}},
                .dialogue = spec.dialogue ? spec.dialogue->file : "",
                .keep_directory = keep,
                .reports = reports};
  if (spec.scenario->needs_namespaces && !what.machine.namespaces)
    throw Refusal(fmt::format("{} needs a private network: {}", spec.scenario->id, what.machine.why_not));
  what.plan.push_back(std::move(spec));
  return carry_out(what, out, err);
}

}  // namespace

int replay_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out,
                   std::ostream& err) {
  po::options_description options;
  add_report_options(options);
  add_sandbox_option(options);
  options.add_options()("keep", po::value<std::string>()->value_name("DIR"), "write down the run there");
  po::variables_map values;
  std::vector<std::string> words;
  const CommandUsage usage = {
      "replay", "[OPTION…] FILE",
      "Carries out a run again: FILE is the spec.json that 'sockrig run --keep DIR' wrote for it, or its folder.\n"
      "Command and working directory, scenario, dialogue, faults and seed are those of the spec; the program is the\n"
      "one that stands there now. Exit codes: as of 'sockrig run'; 2 also if the spec cannot be read.",
      "file", "sockrig replay kept/012.stream.text.echo-server"};
  if (const auto code = parse_options(arguments, usage, options, values, words, out, err)) return *code;
  ReportOptions reports;
  std::string problem = take_report_options(values, reports);
  if (problem.empty() && words.size() != 1) problem = "expected one file, made by 'sockrig run --keep DIR'";
  if (problem.empty()) {
    try {
      return replay(words.front(), values, reports, paths, out, err);
    } catch (const Refusal& refusal) {
      err << "sockrig replay: " << shown(refusal.what()) << '\n';
      return refusal.code;
    }
  }
  err << "sockrig replay: " << problem << "\nTry 'sockrig replay --help'.\n";
  return 2;
}

}  // namespace sockrig
