#include "faults/kinds.hpp"

namespace sockrig::kinds {

const FaultKind short_send = {
    .name = "short-send",
    .summary = "A send takes fewer bytes than it was given and says so.",
    .licence = "write(2) RETURN VALUE and signal(7): a partial transfer returns its count",
    .never =
        "returns zero; cuts a datagram; cuts where readiness is told by edges (EPOLLET, O_ASYNC): there a short count "
        "promises an edge that would never come",
    .parameters = {bytes_parameter(), part_parameter()},
    .compile = [](const FaultArguments& arguments,
                  RulePlan& out) { return compile_short(arguments, wire::Family::send, out); },
};

}  // namespace sockrig::kinds
