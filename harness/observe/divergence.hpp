// How received bytes differ from the bytes that were due: lost, repeated, swapped, foreign, corrupted.
//
// Pure. Works from the offset of the first wrong byte and what came from there on; since every byte tells its stream
// and its offset, the place where the stream goes on can be computed rather than searched.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "record/record.hpp"

namespace sockrig {

enum class DivergenceKind {
  lost,        // `length` bytes at `offset` are missing, then the stream goes on
  repeated,    // at `offset` the stream goes back to `from`
  swapped,     // at `offset` come bytes of `from`, and after `length` of them those that were due
  foreign,     // bytes of another connection (`other`, at its offset `from`)
  inserted,    // `length` bytes that nobody sent, then the stream goes on
  corrupted,   // `length` bytes are wrong, then the stream goes on; 0 = it is not found again
  unexpected,  // nothing, or nothing more, was due
};

struct Divergence {
  DivergenceKind kind{};
  std::uint64_t offset = 0, length = 0, from = 0;
  std::string other;
  bool at_nul = false;    // the first byte lost is a NUL
  bool zeroes = false;    // the wrong bytes, or those that nobody sent, are all NUL
  std::string came{};     // inserted, unexpected: these bytes, or their beginning
  bool at_lines = false;  // inserted: every one is a CR before an LF that was due
};

// `channel.differs_at` must be set. `all`: every channel of the run, for bytes that strayed.
Divergence classify(const Channel& channel, const std::vector<Channel>& all);

// "lost 4079 bytes at offset 17 of what a sent".
std::string to_string(const Divergence& d, const Channel& channel);

// "lost-bytes", "repeated-bytes", …; lost at a NUL: "stopped-at-nul"; one NUL more: "terminator-sent".
std::string code_of(const Divergence& d);

}  // namespace sockrig
