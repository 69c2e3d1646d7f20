// Fault kinds: what each may do, under which licence, and how it is seen to have fired.
//
// Decides how a `[[fault]]` becomes rules for the shim. It never runs anything: a kind is data and
// one pure function. A kind is one file beside this one and one word in kinds.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/wire.hpp"

namespace sockrig {

// A rule as planned: wire::Rule without the counters.
struct RulePlan {
  wire::Verb verb = wire::Verb::pass;
  std::uint32_t families = 0;  // OR of wire::bit(Family)
  wire::Size size = wire::Size::fixed;
  std::uint32_t bytes = 0;
  std::uint32_t backlog = 0;
  std::uint32_t longest_us = 0;
  bool only_gone = false;
  bool after_part = false;
  std::int32_t error = 0;
  wire::Handler handler = wire::Handler::own;
  std::uint32_t connection = 0;
  std::uint32_t at = 0;
  std::uint32_t skip = 0;
  std::uint32_t one_in = 1;
  std::uint64_t limit = 0;
  bool operator==(const RulePlan&) const = default;
};

// A value as the file or the command line gave it.
using FaultValue = std::variant<std::int64_t, std::string>;
using FaultArguments = std::map<std::string, FaultValue, std::less<>>;

struct FaultParameter {
  std::string_view name;                // "bytes"
  std::string_view meaning;             // for `sockrig explain` and error messages
  std::int64_t least = 0, most = 0;     // range of a number; 0, 0 = takes a word
  std::vector<std::string_view> words;  // the words it takes
};

struct FaultKind {
  std::string_view name;     // "short-recv"
  std::string_view summary;  // one sentence: the effect
  std::string_view licence;  // the clause that permits it
  std::string_view never;    // what it never does
  std::vector<FaultParameter> parameters;
  // Arguments are checked against `parameters` before. Returns "" or what is wrong with their combination.
  std::string (*compile)(const FaultArguments&, RulePlan& out);
};

struct Fault {
  std::string kind;
  FaultArguments arguments;
  std::string text;  // "short-recv bytes=1", as one would write it for `exec --fault`
  RulePlan rule;
  bool operator==(const Fault&) const = default;
};

std::span<const FaultKind* const> fault_kinds();
const FaultKind* find_fault_kind(std::string_view name);
// What every kind takes besides its own parameters: which of the calls it meets (connection, at, skip, one-in, times).
std::span<const FaultParameter> common_fault_parameters();

// Checks and compiles one fault. `problem_key` names the argument at fault ("" = the kind itself).
// Returns "" if all is well, else what is wrong and what was expected.
std::string make_fault(std::string_view kind, const FaultArguments& arguments, Fault& out, std::string& problem_key);

// "short-recv bytes=1 one-in=3" (the form of `exec --fault`).
std::string parse_fault(std::string_view text, Fault& out);

}  // namespace sockrig
