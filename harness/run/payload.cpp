#include "run/payload.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "wire/wire.hpp"

namespace sockrig {
namespace {

constexpr std::uint64_t block_bytes = 8;
constexpr std::uint64_t line_bytes = 64;    // 63 letters and a newline
constexpr std::uint64_t letters = 16;       // a block as text: one letter for each half byte

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

std::uint64_t block(const Stream& s, std::uint64_t n) { return wire::mix(s.key ^ n); }

// Line `line` of the text: letters of four blocks, the low half byte first, and a newline in the last one's place.
void text_line(const Stream& s, std::uint64_t line, unsigned char* out) {
  for (std::uint64_t i = 0; i < 4; ++i) {
    std::uint64_t b = block(s, line * 4 + i);
    for (std::uint64_t half = 0; half < 2; ++half, b >>= 32) {
      // Spreads eight half bytes over eight bytes, all at once.
      std::uint64_t x = b & 0xffffffffu;
      x = (x | x << 16) & 0x0000ffff0000ffffu;
      x = (x | x << 8) & 0x00ff00ff00ff00ffu;
      x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
      x = little_endian(x + 0x6161616161616161u);  // 'a' …
      std::memcpy(out + i * letters + half * 8, &x, 8);
    }
  }
  out[line_bytes - 1] = '\n';
}

void fill_text(const Stream& s, std::uint64_t offset, std::span<unsigned char> out) {
  unsigned char line[line_bytes];
  while (!out.empty()) {
    const std::uint64_t column = offset % line_bytes;
    const std::size_t n = std::min<std::size_t>(line_bytes - column, out.size());
    const bool whole = n == line_bytes;
    text_line(s, offset / line_bytes, whole ? out.data() : line);
    if (!whole) std::memcpy(out.data(), line + column, n);
    out = out.subspan(n);
    offset += n;
  }
}

std::optional<std::uint64_t> locate_binary(const Stream& s, std::uint64_t length, std::span<const unsigned char> window) {
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
  if (s.kind == Payload::text) {
    fill_text(s, offset, out);
    return;
  }
  std::size_t done = 0;
  if (const std::uint64_t inside = offset % block_bytes; inside != 0) {
    const std::uint64_t b = little_endian(block(s, offset / block_bytes));
    done = std::min<std::size_t>(block_bytes - inside, out.size());
    std::memcpy(out.data(), reinterpret_cast<const unsigned char*>(&b) + inside, done);
  }
  std::uint64_t n = (offset + done) / block_bytes;
  for (; out.size() - done >= block_bytes; done += block_bytes, ++n) {
    const std::uint64_t b = little_endian(block(s, n));
    std::memcpy(out.data() + done, &b, block_bytes);
  }
  if (done < out.size()) {
    const std::uint64_t b = little_endian(block(s, n));
    std::memcpy(out.data() + done, &b, out.size() - done);
  }
}

std::size_t agree(const Stream& s, std::uint64_t offset, std::span<const unsigned char> got) {
  std::array<unsigned char, 4096> expected;  // stays in the first-level cache
  std::size_t done = 0;
  while (done < got.size()) {
    const std::size_t n = std::min(expected.size(), got.size() - done);
    fill(s, offset + done, std::span(expected).first(n));
    if (std::memcmp(expected.data(), got.data() + done, n) != 0) {
      const auto differs = std::mismatch(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(n), got.begin() + static_cast<std::ptrdiff_t>(done));
      return done + static_cast<std::size_t>(differs.first - expected.begin());
    }
    done += n;
  }
  return done;
}

std::optional<std::uint64_t> locate(const Stream& s, std::uint64_t length, std::span<const unsigned char> window) {
  if (s.kind == Payload::text) return window.size() < line_bytes ? std::nullopt : locate_text(s, length, window);
  return window.size() < 24 ? std::nullopt : locate_binary(s, length, window);
}

unsigned char rotating_line_byte(std::uint64_t offset, unsigned char first, int ring) {
  const std::uint64_t line = offset / 74, column = offset % 74;
  if (column == 72) return '\r';
  if (column == 73) return '\n';
  const unsigned base = ring == 95 ? ' ' : '!';
  const auto size = static_cast<std::uint64_t>(ring);
  return static_cast<unsigned char>(base + (first - base + line + column) % size);
}

}  // namespace sockrig
