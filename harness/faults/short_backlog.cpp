#include "faults/kinds.hpp"

namespace sockrig::kinds {
namespace {

std::string compile(const FaultArguments& arguments, RulePlan& out) {
  const std::int64_t* most = number(arguments, "most");
  if (most == nullptr) return "needs 'most', the longest queue";
  out.verb = wire::Verb::clamp;
  out.families = wire::bit(wire::Family::listen);
  out.backlog = static_cast<std::uint32_t>(*most);
  return "";
}

}  // namespace

const FaultKind short_backlog = {
    .name = "short-backlog",
    .summary = "listen() gets a shorter queue than was asked for.",
    .licence = "POSIX listen(): the backlog is a hint; listen(2) NOTES: it is silently cut to net.core.somaxconn",
    .never = "makes the queue longer; refuses a connection by itself",
    .parameters = {{.name = "most",
                    .meaning = "the longest queue: the kernel holds one connection more",
                    .least = 0,
                    .most = 4096,
                    .words = {}}},
    .compile = compile,
};

}  // namespace sockrig::kinds
