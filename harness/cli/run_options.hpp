// The command line of `sockrig run`.
//
// Decides what may be asked for. It must never touch a file: whether a program or a folder exists is found out later.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/report_options.hpp"
#include "plan/run_spec.hpp"
#include "run/sandbox.hpp"

namespace sockrig {

struct RunOptions {
  std::vector<std::string> selectors;
  std::map<Role, std::string> commands;  // empty: the reference programs
  std::string dialogue;                  // "" = none, or with the reference programs theirs
  Serves serves = Serves::at_once;
  std::string stop;  // as parse_stop() reads it; "" = not declared
  Level level = Level::should;
  int jobs = 0;  // 0: one a core
  std::uint64_t seed = 1;
  ReportOptions reports;
  std::string keep_directory;  // "" = nothing is kept
  SandboxChoice sandbox = SandboxChoice::automatic;
  std::string scenarios;  // "" = sockrig's own
};

// --sandbox, for every command that runs something. take_sandbox() returns "" or what is wrong.
void add_sandbox_option(boost::program_options::options_description& to);
std::string take_sandbox(const boost::program_options::variables_map& given, SandboxChoice& out);

// Returns the exit code if the command is over already: 0 after --help, 2 after a mistake, told on `err`.
std::optional<int> parse_run_options(const std::vector<std::string>& arguments, RunOptions& options, std::ostream& out,
                                     std::ostream& err);

// "sockrig run" with all that must be said again to repeat a single run, but for the selector and the seed.
std::string repeat_prefix(const RunOptions& options);

}  // namespace sockrig
