#include "faults/kinds.hpp"

#include <cerrno>

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* call = word(arguments, "call");
  if (call == nullptr) return "needs 'call' (socket, accept or send)";
  const std::string* error = word(arguments, "error");
  out.verb = wire::Verb::fail_before;
  out.families = wire::bit(family_of_word(*call));
  out.error = error != nullptr && *error == "ENOMEM" ? ENOMEM : ENOBUFS;
  return "";
}

}  // namespace

const FaultKind no_buffers = {
    .name = "no-buffers",
    .summary = "socket(), accept() or a send finds no memory in the kernel (ENOBUFS).",
    .licence = "POSIX socket(), accept(), send() ERRORS: ENOBUFS, ENOMEM; accept(2): the memory for sockets is limited",
    .never =
        "fails a send that has moved bytes, that would have waited for room, or whose connection is over; takes a "
        "connection from the queue",
    .parameters =
        {
            {.name = "call", .meaning = "the call that finds none", .words = {"socket", "accept", "send"}},
            {.name = "error", .meaning = "ENOBUFS (the default) or ENOMEM", .words = {"ENOBUFS", "ENOMEM"}},
        },
    .compile = compile,
};

}  // namespace sockrig::kinds
