#include "faults/kinds.hpp"

#include <cerrno>

namespace sockrig::kinds {
namespace {

// accept(2), ERROR HANDLING: what Linux passes on from the new socket, and POSIX ECONNABORTED.
constexpr struct {
  std::string_view word;
  int error;
} errors[] = {
    {"ECONNABORTED", ECONNABORTED}, {"EPROTO", EPROTO},       {"ENETDOWN", ENETDOWN},
    {"ENOPROTOOPT", ENOPROTOOPT},   {"EHOSTDOWN", EHOSTDOWN}, {"EHOSTUNREACH", EHOSTUNREACH},
    {"ENETUNREACH", ENETUNREACH},
};

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* error = word(arguments, "error");
  out.verb = wire::Verb::fail_after;
  out.families = wire::bit(wire::Family::accept);
  out.only_gone = true;
  out.error = ECONNABORTED;
  for (const auto& e : errors) {
    if (error != nullptr && *error == e.word) out.error = e.error;
  }
  return "";
}

std::vector<std::string_view> words() {
  std::vector<std::string_view> out;
  for (const auto& e : errors) out.push_back(e.word);
  return out;
}

}  // namespace

const FaultKind aborted = {
    .name = "aborted",
    .summary = "accept() finds a connection that was reset before it was accepted, and says so (ECONNABORTED).",
    .licence = "POSIX accept() ERRORS: ECONNABORTED; accept(2): network errors of the new socket are passed on",
    .never = "touches a connection that is alive; leaves the dead one in the queue",
    .parameters = {{.name = "error", .meaning = "what accept() says; ECONNABORTED is the default", .words = words()}},
    .compile = compile,
};

}  // namespace sockrig::kinds
