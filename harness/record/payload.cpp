#include "record/payload.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "wire/wire.hpp"

namespace sockrig {
namespace {

constexpr std::uint64_t block_bytes = 8;
constexpr std::uint64_t line_bytes = 64;           // 63 letters and a newline
constexpr std::uint64_t letters = 16;              // a block as text: one letter for each half byte
constexpr std::uint64_t rotating_line_bytes = 74;  // 72 characters, CR, LF
constexpr std::uint64_t blocks_per_line = line_bytes / letters;

// The inverse of wire::mix, step by step backwards.
constexpr std::uint64_t unmix(std::uint64_t x) {
  x = x ^ (x >> 31) ^ (x >> 62);
  x *= 0x319642b2d24d8ec3u;
  x = x ^ (x >> 27) ^ (x >> 54);
  x *= 0x96de1b173f119089u;
  x = x ^ (x >> 30) ^ (x >> 60);
  return x - 0x9e3779b97f4a7c15u;
}
static_assert(unmix(wire::mix(0)) == 0 && unmix(wire::mix(0x123456789abcdef0u)) == 0x123456789abcdef0u);

constexpr std::uint64_t little_endian(std::uint64_t x) {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(x);
  return x;
}

// How many bytes of `got` are as expected, from its beginning.
std::size_t equal_bytes(const unsigned char* expected, std::span<const unsigned char> got) {
  if (std::memcmp(expected, got.data(), got.size()) == 0) return got.size();
  return static_cast<std::size_t>(std::mismatch(got.begin(), got.end(), expected).first - got.begin());
}

constexpr std::uint64_t block(Stream s, std::uint64_t n) {
  return wire::mix(s.key ^ n);
}

// Spreads eight half bytes over eight letters, all at once, the low half byte first.
constexpr std::uint64_t letters_of(std::uint32_t half) {
  std::uint64_t x = half;
  x = (x | x << 16) & 0x0000ffff0000ffffu;
  x = (x | x << 8) & 0x00ff00ff00ff00ffu;
  x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
  return little_endian(x + 0x6161616161616161u);  // 'a' …
}

// Blocks `n` … of a stream at once, `count` of them. Compilers make wide multiplications of this loop where the
// processor has them: these are what lets the verifier keep up with bytes that come at the speed of memory.
[[gnu::always_inline]] inline void write_blocks(Stream s, std::uint64_t n, std::size_t count, unsigned char* out) {
  if (s.kind == Payload::binary) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t b = little_endian(block(s, n + i));
      std::memcpy(out + i * block_bytes, &b, block_bytes);
    }
    return;
  }
  constexpr std::size_t most = 64;
  std::uint32_t halves[2 * most];  // two loops rather than one: each is simple enough for wide instructions
  for (std::size_t done = 0; done < count; done += most) {
    const std::size_t now = std::min(most, count - done);
    for (std::size_t i = 0; i < now; ++i) {
      const std::uint64_t b = block(s, n + done + i);
      halves[2 * i] = static_cast<std::uint32_t>(b);
      halves[2 * i + 1] = static_cast<std::uint32_t>(b >> 32);
    }
    for (std::size_t i = 0; i < 2 * now; ++i) {
      const std::uint64_t x = letters_of(halves[i]);
      std::memcpy(out + done * letters + i * sizeof x, &x, sizeof x);
    }
  }
}

#if defined(__x86_64__)
[[gnu::target("avx512f,avx512dq")]] void write_blocks_avx512(Stream s, std::uint64_t n, std::size_t count,
                                                             unsigned char* out) {
  write_blocks(s, n, count, out);
}
[[gnu::target("avx2")]] void write_blocks_avx2(Stream s, std::uint64_t n, std::size_t count, unsigned char* out) {
  write_blocks(s, n, count, out);
}
#endif
void write_blocks_anywhere(Stream s, std::uint64_t n, std::size_t count, unsigned char* out) {
  write_blocks(s, n, count, out);
}

using WriteBlocks = void (*)(Stream, std::uint64_t, std::size_t, unsigned char*);
WriteBlocks fastest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq")) return write_blocks_avx512;
  if (__builtin_cpu_supports("avx2")) return write_blocks_avx2;
#endif
  return write_blocks_anywhere;
}

// Whole units of the stream: blocks of binary, lines of text (four blocks' letters, and a newline in the last one's
// place).
void write_units(const Stream& s, std::uint64_t unit, std::size_t count, unsigned char* out) {
  static const WriteBlocks write = fastest();
  if (s.kind == Payload::binary) return write(s, unit, count, out);
  write(s, unit * blocks_per_line, count * blocks_per_line, out);
  for (std::size_t i = 1; i <= count; ++i) out[i * line_bytes - 1] = '\n';
}

std::optional<std::uint64_t> locate_binary(const Stream& s, std::uint64_t length,
                                           std::span<const unsigned char> window) {
  for (std::uint64_t shift = 0; shift < block_bytes; ++shift) {  // of the first whole block in the window
    std::uint64_t raw;
    std::memcpy(&raw, window.data() + shift, sizeof raw);
    const std::uint64_t n = unmix(little_endian(raw)) ^ s.key;
    if (n > length / block_bytes || n * block_bytes < shift) continue;
    const std::uint64_t offset = n * block_bytes - shift;
    if (offset < length && agree(s, offset, window.first(24)) == 24) return offset;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> locate_text(const Stream& s, std::uint64_t length, std::span<const unsigned char> window) {
  for (std::size_t shift = 0; shift + letters <= line_bytes; ++shift) {  // of a whole block's letters in the window
    std::uint64_t raw = 0;
    bool plausible = true;
    for (std::uint64_t i = 0; i < letters && plausible; ++i) {
      const unsigned char c = window[shift + i];
      plausible = c >= 'a' && c < 'a' + 16;
      raw |= static_cast<std::uint64_t>(c - 'a') << (i * 4);
    }
    if (!plausible) continue;
    const std::uint64_t n = unmix(raw) ^ s.key;
    if (n > length / letters + 4) continue;
    const std::uint64_t at = n / 4 * line_bytes + n % 4 * letters;
    if (at < shift) continue;
    if (at - shift < length && agree(s, at - shift, window.first(line_bytes)) == line_bytes) return at - shift;
  }
  return std::nullopt;
}

}  // namespace

Stream make_stream(std::uint64_t run_seed, std::string_view actor, std::uint32_t number, Payload kind) {
  std::uint64_t key = wire::mix(run_seed);
  for (const char c : actor) key = wire::mix(key ^ static_cast<unsigned char>(c));
  return {wire::mix(key ^ (std::uint64_t{number} << 8)), kind};
}

void fill(const Stream& s, std::uint64_t offset, std::span<unsigned char> out) {
  const std::uint64_t unit_bytes = s.kind == Payload::binary ? block_bytes : line_bytes;
  const auto part = [&](std::size_t n) {  // the unit at `offset` is not wholly wanted
    unsigned char unit[line_bytes];
    write_units(s, offset / unit_bytes, 1, unit);
    std::memcpy(out.data(), unit + offset % unit_bytes, n);
    out = out.subspan(n);
    offset += n;
  };
  if (const std::uint64_t inside = offset % unit_bytes; inside != 0 && !out.empty())
    part(std::min<std::size_t>(unit_bytes - inside, out.size()));
  const std::size_t whole = out.size() / unit_bytes;
  write_units(s, offset / unit_bytes, whole, out.data());
  out = out.subspan(whole * unit_bytes);
  offset += whole * unit_bytes;
  if (!out.empty()) part(out.size());
}

std::size_t agree(const Stream& s, std::uint64_t offset, std::span<const unsigned char> got) {
  std::array<unsigned char, 4096> expected;  // stays in the first-level cache
  std::size_t done = 0;
  while (done < got.size()) {
    // Ends where a line ends, so that all that follows is whole.
    const std::size_t n = std::min<std::size_t>(expected.size() - (offset + done) % line_bytes, got.size() - done);
    fill(s, offset + done, std::span(expected).first(n));
    if (const std::size_t same = equal_bytes(expected.data(), got.subspan(done, n)); same < n) return done + same;
    done += n;
  }
  return done;
}

std::optional<std::uint64_t> locate(const Stream& s, std::uint64_t length, std::span<const unsigned char> window) {
  if (s.kind == Payload::text) return window.size() < line_bytes ? std::nullopt : locate_text(s, length, window);
  return window.size() < 24 ? std::nullopt : locate_binary(s, length, window);
}

// After how many lines the text begins again: xinetd counts 95 of them, though its ring holds 93 characters.
static std::uint64_t lines_in_round(int ring) {
  return static_cast<std::uint64_t>(ring == smallest_ring ? largest_ring : ring);
}

unsigned char rotating_line_byte(std::uint64_t offset, unsigned char first, int ring) {
  const std::uint64_t line = offset / rotating_line_bytes % lines_in_round(ring), column = offset % rotating_line_bytes;
  if (column == 72) return '\r';
  if (column == 73) return '\n';
  const unsigned base = ring == largest_ring ? 0x20 : 0x21;  // the space, or what comes behind it
  const auto size = static_cast<std::uint64_t>(ring);
  return static_cast<unsigned char>(base + (first - base + line + column) % size);
}

std::size_t agree_rotating_lines(std::uint64_t offset, unsigned char first, int ring,
                                 std::span<const unsigned char> got) {
  // The lines of one round are written once, and compared from then on.
  static std::vector<unsigned char> round;
  static int has_first = -1, has_ring = -1;
  if (has_first != first || has_ring != ring) {
    round.resize(static_cast<std::size_t>(lines_in_round(ring) * rotating_line_bytes));
    for (std::size_t i = 0; i < round.size(); ++i) round[i] = rotating_line_byte(i, first, ring);
    has_first = first;
    has_ring = ring;
  }
  std::size_t done = 0;
  while (done < got.size()) {
    const auto at = static_cast<std::size_t>((offset + done) % round.size());
    const std::size_t n = std::min(round.size() - at, got.size() - done);
    if (const std::size_t same = equal_bytes(round.data() + at, got.subspan(done, n)); same < n) return done + same;
    done += n;
  }
  return done;
}

}  // namespace sockrig
