#include "faults/kinds.hpp"

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* call = word(arguments, "call");
  if (call == nullptr) return "needs 'call' (send)";
  const std::int64_t* times = number(arguments, "times");
  if (times != nullptr && *times != 1) return "'times' can only be 1: one call of a run is held";
  out.verb = wire::Verb::hold;
  out.families = wire::bit(family_of_word(*call));
  out.limit = 1;
  return "";
}

}  // namespace

const FaultKind held = {
    .name = "held",
    .summary = "One call is held just before it goes to the kernel, until the script says 'subject: is released'.",
    .licence = "POSIX promises no speed: a thread may be preempted for any length of time before any system call",
    .never =
        "changes what the call does or says; holds a second call, one that a signal handler may be making (as far as "
        "the "
        "signals tell that are blocked), or one of a process that lives in its parent's memory (vfork)",
    .parameters =
        {
            {.name = "call", .meaning = "the call that is held", .words = {"send"}},
        },
    .compile = compile,
};

}  // namespace sockrig::kinds
