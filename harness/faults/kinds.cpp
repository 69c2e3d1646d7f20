#include "faults/kinds.hpp"

namespace sockrig {
namespace kinds {

FaultParameter bytes_parameter() {
  return {.name = "bytes", .meaning = "how many bytes a call moves at most", .least = 1, .most = 1 << 30, .words = {}};
}

FaultParameter part_parameter() {
  return {.name = "part",
          .meaning = "how much of what was asked a call moves (always at least 1 byte, and less than asked)",
          .words = {"random", "all-but-one", "half"}};
}

std::string compile_short(const FaultArguments& arguments, wire::Family family, RulePlan& out) {
  const std::int64_t* bytes = number(arguments, "bytes");
  const std::string* part = word(arguments, "part");
  if ((bytes != nullptr) == (part != nullptr)) {
    return bytes != nullptr ? "'part' cannot be given together with 'bytes'"
                            : "needs 'bytes' (a number) or 'part' (random, all-but-one or half)";
  }
  out.verb = wire::Verb::clamp;
  out.families = wire::bit(family);
  out.handler = wire::Handler::given;  // also where no signal could have cut it: then the claim is a `should`
  if (bytes != nullptr) {
    out.size = wire::Size::fixed;
    out.bytes = static_cast<std::uint32_t>(*bytes);
  } else if (*part == "random") {
    out.size = wire::Size::random_part;
  } else {
    out.size = *part == "half" ? wire::Size::half : wire::Size::all_but_one;
  }
  return "";
}

wire::Family family_of_word(std::string_view word) {
  using wire::Family;
  if (word == "recv") return Family::recv;
  if (word == "send") return Family::send;
  if (word == "accept") return Family::accept;
  if (word == "connect") return Family::connect;
  if (word == "wait") return Family::wait;
  if (word == "socket") return Family::socket;
  return Family::none;
}

}  // namespace kinds

std::span<const FaultKind* const> fault_kinds() {
  static constexpr const FaultKind* all[] = {
#define X(name) &kinds::name,
      SOCKRIG_FAULT_KINDS(X)
#undef X
  };
  return all;
}

}  // namespace sockrig
