// The list of fault kinds, and what their files share. A new kind is one file and one word here.
#pragma once

#include "faults/fault.hpp"

// clang-format off
#define SOCKRIG_FAULT_KINDS(X)                                                 \
  X(short_recv) X(short_send) X(interrupted) X(short_backlog) X(delayed)       \
  X(no_descriptors) X(no_buffers) X(would_block) X(aborted)                    \
  X(resolver_fails) X(connect_fails) X(held)
// clang-format on

namespace sockrig::kinds {

#define X(name) extern const FaultKind name;
SOCKRIG_FAULT_KINDS(X)
#undef X

// An argument that was given, or null. The types were checked against the kind's parameters.
inline const std::int64_t* number(const FaultArguments& arguments, std::string_view name) {
  const auto it = arguments.find(name);
  return it == arguments.end() ? nullptr : std::get_if<std::int64_t>(&it->second);
}
inline const std::string* word(const FaultArguments& arguments, std::string_view name) {
  const auto it = arguments.find(name);
  return it == arguments.end() ? nullptr : std::get_if<std::string>(&it->second);
}

// "bytes" or "part", exactly one of them: how much of a transfer is let through.
std::string compile_short(const FaultArguments& arguments, wire::Family family, RulePlan& out);
FaultParameter bytes_parameter();
FaultParameter part_parameter();

// The family that a word such as "recv" names; Family::none if it names none.
wire::Family family_of_word(std::string_view word);

}  // namespace sockrig::kinds
