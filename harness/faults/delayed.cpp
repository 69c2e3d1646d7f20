#include "faults/kinds.hpp"

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  using wire::Family;
  const std::int64_t* longest = number(arguments, "microseconds");
  if (longest == nullptr) return "needs 'microseconds', the longest delay";
  const std::string* call = word(arguments, "call");
  const bool any = call == nullptr || *call == "any";
  out.verb = wire::Verb::delay;
  out.families =
      any ? wire::bit(Family::recv) | wire::bit(Family::send) | wire::bit(Family::accept) | wire::bit(Family::wait)
          : wire::bit(family_of_word(*call));
  out.longest_us = static_cast<std::uint32_t>(*longest);
  return "";
}

}  // namespace

const FaultKind delayed = {
    .name = "delayed",
    .summary = "A call takes a random while longer.",
    .licence = "POSIX promises no speed: any call may take any time, and threads are scheduled in any order",
    .never = "changes what the call does or says",
    .parameters =
        {
            {.name = "call",
             .meaning = "the calls that are delayed; any (the default) is recv, send, accept and wait",
             .words = {"recv", "send", "accept", "connect", "wait", "any"}},
            {.name = "microseconds", .meaning = "the longest delay", .least = 1, .most = 1'000'000, .words = {}},
        },
    .compile = compile,
};

}  // namespace sockrig::kinds
