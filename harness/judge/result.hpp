// Verdicts, and all of one run: what the reports are made from.
//
// Decides the vocabulary of outcomes. It must never hold anything that a report would have to look up:
// reports are pure functions of RunResult.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/scenario.hpp"

namespace sockrig {

enum class Outcome { pass, fail, inconclusive, skipped, error };
std::string_view to_string(Outcome o);
std::optional<Outcome> parse_outcome(std::string_view text);

enum class StepState { met, unmet, not_reached };
std::string_view to_string(StepState s);

// What was wrong, for people and for programs.
struct Diagnosis {
  std::string code;                     // stable, kebab-case: "lost-bytes", "stuck-in-recv", "killed-by-signal"
  std::string message;                  // one sentence: "lost 4079 bytes at offset 17 of what a sent"
  std::optional<std::uint64_t> offset;  // in the stream
  std::string connection;               // "" = none in particular
  std::vector<std::string> details;     // further facts, a line each (threads and what they wait in, calls)
  std::string defect{};                 // dead_connection, cross_talk or unserved (scenario.hpp); "" = none of them
};

struct StepResult {
  int number = 0;    // 1-based
  std::string text;  // "a: send 1 MiB"
  StepState state = StepState::not_reached;
  std::string note;  // "got 17 of 1048576 bytes"
};

struct FaultResult {
  std::string text;  // "short-recv bytes=1"
  std::string kind;
  std::uint64_t seen = 0, fired = 0;
  std::map<std::string, std::uint64_t> withheld;  // reason → count
  std::string realised;                           // "shim", "kernel", "peer"
};

// What tells two runs of one claim apart: a plan may hold several programs, and several of one role.
struct Variant {
  Role role{};
  std::string command;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that <=> is compared with for a pointer
  auto operator<=>(const Variant&) const = default;
};

// Which run a result is of. What repeats it is for people, and names none: two runs may be repeated alike.
struct RunId {
  std::size_t index = 0;  // its place in the plan
  std::string claim;      // the scenario's id
  Variant variant;
  bool operator==(const RunId&) const = default;
};

struct Result {
  std::size_t index = 0;  // of its run in the plan; a campaign says it, who judges does not know it
  std::string id, chapter;
  std::string claim, clause, hint;
  std::string file;  // of the scenario
  Role role{};
  std::string command;
  Level level{};
  Outcome outcome{};
  std::string reason;  // for inconclusive, skipped, error: in plain words; for fail: the diagnosis' message
  // Of what is skipped, and at most one of them:
  std::string broken_by;            // the failed claim that it depends on, if that is why; "" = it is not
  std::string explained_by;         // the failed claim that is about the defect which it showed
  bool no_private_network = false;  // the machine refuses the private network that it needs
  std::vector<FaultResult> faults;
  std::map<std::string, std::int64_t> kernel;  // evidence: "ListenOverflows" → 17, "TIME_WAIT rows" → 1
  std::optional<Diagnosis> diagnosis;
  std::vector<StepResult> steps;
  std::string output;  // head of what the program wrote to stderr and stdout, unescaped: quote it
  double duration_ms = 0;
  std::string repeat;  // the command line that repeats it
};

RunId run_id(const Result& result);

struct Summary {
  int pass = 0, fail = 0, inconclusive = 0, skipped = 0, error = 0;
};

struct RunResult {
  std::string sockrig_version;
  std::string kernel;                          // "Linux 6.18.44 x86_64"
  std::string sandbox;                         // "namespaces", "none (why)"
  std::string engine;                          // "preload"
  std::map<std::string, std::string> subject;  // role → command
  std::string dialogue;                        // file of the custom server's dialogue; "" = none
  std::uint64_t seed = 0;
  bool interrupted = false;
  std::vector<Result> results;
  double duration_ms = 0;
};

Summary summarise(const RunResult& run);

// doc/architecture.md: 0 all passed or skipped, 1 a failure, 3 nothing selected, 4 inconclusive, 5 harness error, 130
// interrupted. An error outranks a failure, since it says that the harness cannot be trusted here.
int exit_code(const RunResult& run);

}  // namespace sockrig
