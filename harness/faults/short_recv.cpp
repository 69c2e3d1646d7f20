#include "faults/kinds.hpp"

namespace sockrig::kinds {

const FaultKind short_recv = {
    .name = "short-recv",
    .summary = "A receive hands over fewer bytes than were asked for.",
    .licence = "POSIX recv() and read(2): a receive returns what is available, up to the size asked for",
    .never =
        "returns zero; cuts a datagram, a MSG_WAITALL or MSG_PEEK receive, or one below SO_RCVLOWAT; cuts when the "
        "other side's end is queued, with O_ASYNC, or on an edge-triggered descriptor without re-arming it",
    .parameters = {bytes_parameter(), part_parameter()},
    .compile = [](const FaultArguments& arguments,
                  RulePlan& out) { return compile_short(arguments, wire::Family::recv, out); },
};

}  // namespace sockrig::kinds
