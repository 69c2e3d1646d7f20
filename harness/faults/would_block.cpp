#include "faults/kinds.hpp"

#include <cerrno>

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* call = word(arguments, "call");
  if (call == nullptr) return "needs 'call' (recv, send or accept)";
  const std::int64_t* one_in = number(arguments, "one-in");
  const bool ends = number(arguments, "times") != nullptr || number(arguments, "at") != nullptr;
  if ((one_in == nullptr || *one_in < 2) && !ends)
    return "needs 'one-in' (2 or more), 'times' or 'at': what is ready cannot be unready for ever";
  out.verb = wire::Verb::fail_before;
  out.families = wire::bit(family_of_word(*call));
  out.error = EAGAIN;
  return "";
}

}  // namespace

const FaultKind would_block = {
    .name = "would-block",
    .summary = "A call that does not block finds nothing after all, though readiness was reported (EAGAIN).",
    .licence =
        "POSIX recv(), send(), accept() ERRORS: EAGAIN; select(2) BUGS: a descriptor may be reported ready when "
        "it is not",
    .never =
        "fails a call that blocks; fails one that was not ready, or whose other side has ended; uses up an edge: an "
        "edge-triggered descriptor is armed again",
    .parameters = {{.name = "call", .meaning = "the call that finds nothing", .words = {"recv", "send", "accept"}}},
    .compile = compile,
};

}  // namespace sockrig::kinds
