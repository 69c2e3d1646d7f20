#include "faults/kinds.hpp"

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::string* call = word(arguments, "call");
  if (call == nullptr) return "needs 'call' (recv, send, accept, connect, wait or accept-or-wait)";
  const std::string* handler = word(arguments, "handler");
  const std::string* partial = word(arguments, "partial");
  if (partial != nullptr && *call != "send") return "'partial' goes only with call = send";
  out.verb = wire::Verb::interrupt;
  out.families = *call == "accept-or-wait" ? wire::bit(wire::Family::accept) | wire::bit(wire::Family::wait)
                                           : wire::bit(family_of_word(*call));
  out.handler = handler != nullptr && *handler == "own" ? wire::Handler::own : wire::Handler::given;
  out.after_part = partial != nullptr && *partial == "yes";
  return "";
}

}  // namespace

const FaultKind interrupted = {
    .name = "interrupted",
    .summary = "A call that would wait is interrupted by a signal that the program catches (EINTR).",
    .licence = "signal(7), and POSIX recv(), send(), accept(), connect(), poll() ERRORS: EINTR",
    .never =
        "interrupts a call that would not wait or does not block, one that the handler's SA_RESTART restarts, or one "
        "that has moved data (that returns its count); says EINTR of a connect that was never begun",
    .parameters =
        {
            {.name = "call",
             .meaning =
                 "the call that is interrupted; wait is poll, select and epoll_wait, accept-or-wait whichever comes",
             .words = {"recv", "send", "accept", "connect", "wait", "accept-or-wait"}},
            {.name = "handler",
             .meaning =
                 "own: only by a handler that the program installed; given (the default): it gets one if it has none",
             .words = {"own", "given"}},
            {.name = "partial",
             .meaning = "yes: a large blocking send is cut after part of it was taken, and returns the count",
             .words = {"yes", "no"}},
        },
    .compile = compile,
};

}  // namespace sockrig::kinds
