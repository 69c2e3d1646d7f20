// Everything that one run of one scenario depends on, written down before anything happens.
//
// Decides which runs there are and which are skipped without trying. Pure: it never looks at the machine;
// what the machine allows comes in as `Machine`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/dialogue.hpp"
#include "catalogue/scenario.hpp"

namespace sockrig {

// What this machine allows, found out once by the runner (run/sandbox.hpp).
struct Machine {
  bool namespaces = false;                             // user + network + mount + pid namespaces can be made
  std::string why_not;                                 // if not: the call and errno, or "--sandbox none"
  std::uint64_t most_descriptors = ~std::uint64_t{0};  // that a process may have (the hard RLIMIT_NOFILE)
};

struct PlanRequest {
  std::vector<const Scenario*> scenarios;  // those asked for
  std::vector<const Scenario*> known;      // all that an `after` of theirs may name; those asked for are known anyway
  std::map<Role, std::string> commands;    // templates with {host} and {port}
  std::string directory;                   // in which they are run
  const Dialogue* dialogue = nullptr;      // of the role custom; null = none was given
  Serves serves = Serves::at_once;
  Level level = Level::should;  // the weakest level that is run
  std::string stop;             // how servers are told to stop, see parse_stop(); "" = not declared
  std::uint64_t seed = 1;
  // What a repeat command begins with, quoted already: "sockrig run --serves one". If it names no role's command
  // ("--echo-server '…'"), the one of the run is added to it.
  std::string repeat_prefix;
};

// A value: what it shares with others nobody changes. It can be written down and carried out again
// (record/spec_file.hpp).
struct RunSpec {
  std::shared_ptr<const Scenario> scenario;
  Role role{};
  std::string command;
  std::string directory;                     // in which it is run: where relative paths begin; "" = wherever one is
  std::shared_ptr<const Dialogue> dialogue;  // role custom
  Serves serves = Serves::at_once;
  std::string stop;                 // as in PlanRequest
  std::uint64_t seed = 1;           // of the run as a whole; what chance is made from is run_seed()
  bool own_handlers_only = false;   // the claim is a must only where the program catches signals: lend it no handler
  std::vector<std::string> after;   // claims of this role, among those asked for, that must hold first
  std::string skip;                 // not empty: do not run it, and why
  bool no_private_network = false;  // that is why: it needs one, and the machine refuses it
  std::string repeat;               // the command line that repeats it
};

// How a server is told to stop: a signal to its first process, or a line on its standard input.
struct StopOrder {
  int signal = 0;  // 0 = the line
  std::string line;
};
std::optional<StopOrder> parse_stop(std::string_view text);  // "SIGTERM", "SIGINT", "line:q", …

// One RunSpec for each scenario and each of its roles that has a command, in catalogue order.
std::vector<RunSpec> make_plan(const PlanRequest& request, const Machine& machine);

// "" or what is missing for the run to be carried out, though the plan did not leave it out: a dialogue, how to stop.
// Never so of a plan's own specs.
std::string why_not_runnable(const RunSpec& spec);

// Whether the fault is one of this run: what is held is let go only by a script that says so.
bool concerns(const Fault& fault, const RunSpec& spec);

// The rules for the shim: those of the scenario, with no handler lent if the run says so.
std::vector<RulePlan> rules_of(const RunSpec& spec);

// The seed of one run: hash of (seed, role, lines of the script). What is done decides, not what it is called.
std::uint64_t run_seed(const RunSpec& spec);

}  // namespace sockrig
