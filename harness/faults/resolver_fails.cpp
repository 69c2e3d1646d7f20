#include <netdb.h>

#include "faults/kinds.hpp"

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* error = word(arguments, "error");
  if (error == nullptr) return "needs 'error' (again, noname, fail or memory)";
  out.verb = wire::Verb::fail_before;
  out.families = wire::bit(wire::Family::resolve);
  out.error = *error == "again"    ? EAI_AGAIN
              : *error == "noname" ? EAI_NONAME
              : *error == "fail"   ? EAI_FAIL
                                   : EAI_MEMORY;
  return "";
}

}  // namespace

const FaultKind resolver_fails = {
    .name = "resolver-fails",
    .summary = "getaddrinfo() cannot say which addresses a name has.",
    .licence = "POSIX getaddrinfo() ERRORS: EAI_AGAIN, EAI_NONAME, EAI_FAIL, EAI_MEMORY",
    .never =
        "fails for a numeric address, for which nobody has to be asked; hands out a list that would have to be "
        "freed",
    .parameters = {{.name = "error",
                    .meaning = "again: not now (EAI_AGAIN); noname: there is no such name (EAI_NONAME); fail: the "
                               "name server failed (EAI_FAIL); memory: none left (EAI_MEMORY)",
                    .words = {"again", "noname", "fail", "memory"}}},
    .compile = compile,
};

}  // namespace sockrig::kinds
