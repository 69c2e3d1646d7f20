// One call of the subject's as the shim wrote it down.
//
// Decides nothing. It must never be believed: the subject can write where the shim writes (doc/architecture.md, law 4).
// Calls explain, and prove that a fault fired; they do not convict.
#pragma once

#include <cstdint>

#include "wire/wire.hpp"

namespace sockrig {

// A copy of a wire::Event, with the sequence as a plain number.
struct CallEvent {
  std::uint64_t sequence = 0;
  std::uint64_t begun_ns = 0, ended_ns = 0;  // CLOCK_MONOTONIC
  std::int32_t pid = 0, tid = 0;
  wire::Call call{};
  std::uint16_t flags = 0;
  std::int32_t fd = -1, socket = -1;
  std::uint32_t rules = 0;  // as in wire::Event
  std::int64_t asked = 0, result = 0;
  std::int32_t error = 0;
  wire::Withheld withheld{};
  std::uint8_t image = 0;    // as in wire::Event
  std::uint32_t caller = 0;  // likewise
  // Which call it was, as `connection` and `at` of a fault name it (wire.hpp); 0 = none:
  std::uint32_t connection = 0, ordinal = 0;
  bool operator==(const CallEvent&) const = default;
};

}  // namespace sockrig
