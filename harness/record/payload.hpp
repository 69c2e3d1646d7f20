// The bytes that the peer sends: every byte depends on its stream and its offset, so that wrong bytes tell
// where they came from.
//
// A stream is a sequence of 8-byte blocks; block n of stream `key` is wire::mix(key ^ n), which can be inverted:
// eight received bytes give back n at once, without searching. Text carries the same blocks as letters, 63 to a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "catalogue/script.hpp"

namespace sockrig {

struct Stream {
  std::uint64_t key = 0;
  Payload kind = Payload::text;
  bool operator==(const Stream&) const = default;
};

// The stream of an actor: seed of the run, its name and its number among those of that name.
Stream make_stream(std::uint64_t run_seed, std::string_view actor, std::uint32_t number, Payload kind);

// Writes the bytes at offset … offset + out.size() of the stream.
void fill(const Stream& stream, std::uint64_t offset, std::span<unsigned char> out);

// How many bytes from the beginning of `got` agree with the stream at `offset`.
std::size_t agree(const Stream& stream, std::uint64_t offset, std::span<const unsigned char> got);

// The offset in `stream` (below `length`) that the bytes of `window` come from, if its beginning (at least 24 bytes,
// text: 64) is a part of the stream.
std::optional<std::uint64_t> locate(const Stream& stream, std::uint64_t length, std::span<const unsigned char> window);

// RFC 864's rotating lines: 72 characters of the ring of printable ASCII, CR LF, each line one further. `first` is the
// first character. The RFC leaves the pattern open, and implementations differ in their ring: 95 (space to ~), 94 (! to
// ~) or 93 (! to }, xinetd's).
inline constexpr int largest_ring = 95, smallest_ring = 93;
unsigned char rotating_line_byte(std::uint64_t offset, unsigned char first, int ring);

// How many bytes from the beginning of `got` agree with the rotating lines at `offset`. Not for two threads at once.
std::size_t agree_rotating_lines(std::uint64_t offset, unsigned char first, int ring,
                                 std::span<const unsigned char> got);

}  // namespace sockrig
