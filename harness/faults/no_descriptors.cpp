#include "faults/kinds.hpp"

#include <cerrno>

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* call = word(arguments, "call");
  if (call == nullptr) return "needs 'call' (socket or accept)";
  const std::string* error = word(arguments, "error");
  out.verb = wire::Verb::fail_before;
  out.families = wire::bit(family_of_word(*call));
  out.error = error != nullptr && *error == "ENFILE" ? ENFILE : EMFILE;
  return "";
}

}  // namespace

const FaultKind no_descriptors = {
    .name = "no-descriptors",
    .summary = "socket() or accept() finds no descriptor free (EMFILE).",
    .licence = "POSIX socket(), accept() ERRORS: EMFILE, ENFILE; accept(2), socket(2)",
    .never = "takes a connection from the queue, which waits there until a descriptor is free",
    .parameters =
        {
            {.name = "call", .meaning = "the call that finds none", .words = {"socket", "accept"}},
            {.name = "error",
             .meaning = "EMFILE (the default): the process has too many; ENFILE: the machine has",
             .words = {"EMFILE", "ENFILE"}},
        },
    .compile = compile,
};

}  // namespace sockrig::kinds
