#include "faults/fault.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "faults/kinds.hpp"
#include "faults/nearest.hpp"
#include "faults/refused.hpp"

namespace sockrig {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

// The kind's own parameters, then those that all kinds have.
std::vector<const FaultParameter*> parameters_of(const FaultKind& kind) {
  std::vector<const FaultParameter*> all;
  for (const FaultParameter& p : kind.parameters) all.push_back(&p);
  for (const FaultParameter& p : common_fault_parameters()) all.push_back(&p);
  return all;
}

std::string unknown_kind(std::string_view kind) {
  const std::string reason = why_no_kind(kind);
  if (!reason.empty()) return fmt::format("there is no fault '{}': {}", kind, reason);
  std::vector<std::string> names;
  for (const FaultKind* k : fault_kinds()) names.emplace_back(k->name);
  return fmt::format("unknown fault '{}'{}; the kinds are {}", kind, did_you_mean(kind, names), fmt::join(names, ", "));
}

std::string check_value(const FaultKind& kind, const FaultParameter& p, const FaultValue& value) {
  if (p.words.empty()) {
    const std::int64_t* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) {
      return fmt::format("'{}' takes a number from {} to {}, not '{}'", p.name, p.least, p.most,
                         std::get<std::string>(value));
    }
    if (*number >= p.least && *number <= p.most) return "";
    return fmt::format("'{}' is out of range: {} (expected {} to {})", p.name, *number, p.least, p.most);
  }
  const std::vector<std::string> words(p.words.begin(), p.words.end());
  const std::string* word = std::get_if<std::string>(&value);
  if (word == nullptr) {
    return fmt::format("'{}' takes a word ({}), not {}", p.name, fmt::join(words, ", "), std::get<std::int64_t>(value));
  }
  if (std::find(words.begin(), words.end(), *word) != words.end()) return "";
  const std::string reason = why_no_word(kind.name, p.name, *word);
  if (!reason.empty()) return fmt::format("'{} = {}' is not licensed: {}", p.name, *word, reason);
  return fmt::format("'{}' cannot be '{}'{} (expected {})", p.name, *word, did_you_mean(*word, words),
                     fmt::join(words, ", "));
}

std::string check_arguments(const FaultKind& kind, const FaultArguments& arguments, std::string& problem_key) {
  const std::vector<const FaultParameter*> parameters = parameters_of(kind);
  for (const auto& [name, value] : arguments) {
    problem_key = name;
    const auto it =
        std::find_if(parameters.begin(), parameters.end(), [&name = name](auto* p) { return p->name == name; });
    if (it == parameters.end()) {
      std::vector<std::string> names;
      for (const FaultParameter* p : parameters) names.emplace_back(p->name);
      if (const std::string reason = why_no_parameter(name); !reason.empty())
        return fmt::format("'{}' does not take '{}': {}", kind.name, name, reason);
      return fmt::format("'{}' does not take '{}'{} (it takes {})", kind.name, name, did_you_mean(name, names),
                         fmt::join(names, ", "));
    }
    const std::string problem = check_value(kind, **it, value);
    if (!problem.empty()) return problem;
  }
  problem_key.clear();
  return "";
}

void schedule(const FaultArguments& arguments, RulePlan& rule) {
  if (const auto* connection = kinds::number(arguments, "connection"))
    rule.connection = static_cast<std::uint32_t>(*connection);
  if (const auto* at = kinds::number(arguments, "at")) rule.at = static_cast<std::uint32_t>(*at);
  if (const auto* skip = kinds::number(arguments, "skip")) rule.skip = static_cast<std::uint32_t>(*skip);
  if (const auto* one_in = kinds::number(arguments, "one-in")) rule.one_in = static_cast<std::uint32_t>(*one_in);
  if (const auto* times = kinds::number(arguments, "times")) rule.limit = static_cast<std::uint64_t>(*times);
}

std::vector<std::string_view> names_of(std::uint32_t families) {
  std::vector<std::string_view> names;
  for (std::uint32_t f = 0; f < static_cast<std::uint32_t>(wire::Family::count); ++f) {
    const auto family = static_cast<wire::Family>(f);
    if ((families & wire::bit(family)) != 0) names.emplace_back(wire::name_of(family));
  }
  return names;
}

// Whether a call can be named so. Returns "" or what is wrong with it, beginning with the argument at fault.
std::string check_aim(const FaultArguments& arguments, std::uint32_t families) {
  const std::uint32_t on_none = families & wire::unconnected_families;
  if (arguments.contains("connection") && on_none != 0) {
    return fmt::format(
        "'connection' goes only with calls on a connection (recv, send), and {} {} on none: 'at' counts the calls of "
        "each process",
        fmt::join(names_of(on_none), " and "), std::has_single_bit(on_none) ? "is" : "are");
  }
  if (!arguments.contains("at")) return "";
  for (const std::string_view other : {"skip", "one-in", "times"}) {
    if (arguments.contains(other)) return fmt::format("'at' names one call: '{}' cannot be given with it", other);
  }
  if (!std::has_single_bit(families)) {
    return fmt::format("'at' names one call, and {} are counted apart: say with 'call' which of them",
                       fmt::join(names_of(families), ", "));
  }
  return "";
}

// In the order of the parameters, so that equal faults have equal texts.
std::string text_of(const FaultKind& kind, const FaultArguments& arguments) {
  std::string text(kind.name);
  for (const FaultParameter* p : parameters_of(kind)) {
    const auto it = arguments.find(p->name);
    if (it == arguments.end()) continue;
    std::visit([&](const auto& value) { text += fmt::format(" {}={}", p->name, value); }, it->second);
  }
  return text;
}

FaultValue value_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return std::string(text);
}

}  // namespace

std::span<const FaultParameter> common_fault_parameters() {
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  static const std::vector<FaultParameter> common = {
      {.name = "connection",
       .meaning =
           "only calls on this connection of the program: they are counted from 1, over all its processes, in the "
           "order in which accept() returned them or connect() made them (or began to). Only where calls are on one: "
           "recv and send",
       .least = 1,
       .most = wire::max_sockets,
       .words = {}},
      {.name = "at",
       .meaning =
           "exactly the call of this number, counted from 1: on each connection (or on the one that is named), "
           "whichever process makes it, and in each process where calls are on none (socket, listen, accept, connect, "
           "wait, getaddrinfo). Where the fault is withheld there it meets no other call instead",
       .least = 1,
       .most = most,
       .words = {}},
      {.name = "skip",
       .meaning = "lets the first so many calls pass, counted as for 'at'",
       .least = 0,
       .most = most,
       .words = {}},
      {.name = "one-in",
       .meaning = "then fires with a chance of one in so many at each call, from the seed",
       .least = 1,
       .most = most,
       .words = {}},
      {.name = "times",
       .meaning =
           "fires at most so often, on all connections and in all processes together; where it is withheld it has not "
           "fired, and a later call is met instead",
       .least = 1,
       .most = most,
       .words = {}},
  };
  return common;
}

const FaultKind* find_fault_kind(std::string_view name) {
  for (const FaultKind* kind : fault_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

std::string make_fault(std::string_view kind, const FaultArguments& arguments, Fault& out, std::string& problem_key) {
  problem_key.clear();
  const FaultKind* found = find_fault_kind(kind);
  if (found == nullptr) return unknown_kind(kind);
  const std::string problem = check_arguments(*found, arguments, problem_key);
  if (!problem.empty()) return problem;

  RulePlan rule;
  std::string wrong = found->compile(arguments, rule);
  if (wrong.empty()) wrong = check_aim(arguments, rule.families);
  if (!wrong.empty()) {
    // The argument at fault is the one that the message begins with, if it was given at all.
    for (const auto& [name, value] : arguments) {
      if (wrong.starts_with(fmt::format("'{}'", name))) problem_key = name;
    }
    return fmt::format("{}: {}", kind, wrong);
  }
  schedule(arguments, rule);
  out = {.kind = std::string(kind), .arguments = arguments, .text = text_of(*found, arguments), .rule = rule};
  return "";
}

std::string parse_fault(std::string_view text, Fault& out) {
  std::string_view kind;
  FaultArguments arguments;
  for (std::size_t begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    begin = text.find_first_not_of(blanks, end);
    if (kind.empty()) {
      kind = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == word.size()) {
      return fmt::format("'{}': expected NAME=VALUE, as in 'short-recv bytes=1'", word);
    }
    const bool fresh = arguments.emplace(word.substr(0, equals), value_of(word.substr(equals + 1))).second;
    if (!fresh) return fmt::format("'{}' is given twice", word.substr(0, equals));
  }
  if (kind.empty()) return "no fault is named: expected something like 'short-recv bytes=1'";
  std::string key;
  return make_fault(kind, arguments, out, key);
}

}  // namespace sockrig
