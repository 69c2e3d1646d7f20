#include <cerrno>

#include "faults/kinds.hpp"

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* error = word(arguments, "error");
  if (error == nullptr) return "needs 'error' (ECONNREFUSED, ETIMEDOUT, ENETUNREACH or EHOSTUNREACH)";
  out.verb = wire::Verb::fail_before;
  out.families = wire::bit(wire::Family::connect);
  out.error = *error == "ECONNREFUSED"  ? ECONNREFUSED
              : *error == "ETIMEDOUT"   ? ETIMEDOUT
              : *error == "ENETUNREACH" ? ENETUNREACH
                                        : EHOSTUNREACH;
  return "";
}

}  // namespace

const FaultKind connect_fails = {
    .name = "connect-fails",
    .summary = "connect() fails before anything is sent, and its socket is of no use any more.",
    .licence =
        "POSIX connect() ERRORS: ECONNREFUSED, ETIMEDOUT, ENETUNREACH, EHOSTUNREACH; and: \"if connect() fails, "
        "the state of the socket is unspecified\"",
    .never =
        "lets the same socket recover afterwards: its connect() fails again; fails a connection that is being made "
        "already, or is there",
    .parameters = {{.name = "error",
                    .meaning = "what connect() says",
                    .words = {"ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH"}}},
    .compile = compile,
};

}  // namespace sockrig::kinds
