#include "observe/divergence.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "catalogue/dialogue.hpp"

namespace sockrig {
namespace {

using Bytes = std::span<const unsigned char>;

constexpr std::uint64_t neighbourhood = 64 << 10;  // where short windows are looked for
constexpr std::size_t least_window = 4;            // fewer bytes could agree by accident
constexpr std::uint64_t most_by_accident = 16;     // bytes next to a break that agree although they are others

// Fewer bytes are found by accident somewhere in the neighbourhood: four letters of sixteen nearly always are.
std::size_t least_to_search(const Stream& stream) {
  return stream.kind == Payload::text ? 8 : least_window;
}

// Few bytes cannot be computed back: look for them around where they should have been.
std::optional<std::uint64_t> search(const Stream& stream, std::uint64_t around, std::uint64_t length, Bytes window) {
  if (window.size() < least_to_search(stream) || length == 0) return std::nullopt;
  const std::uint64_t begin = around > neighbourhood ? around - neighbourhood : 0;
  const std::uint64_t end = std::min(length, around + neighbourhood);
  if (begin >= end) return std::nullopt;
  std::vector<unsigned char> expected(end - begin);
  fill(stream, begin, expected);
  const auto found = std::search(expected.begin(), expected.end(), window.begin(), window.end());
  if (found == expected.end()) return std::nullopt;
  return begin + static_cast<std::uint64_t>(found - expected.begin());
}

// Where in the stream the window's beginning comes from.
std::optional<std::uint64_t> place(const Stream& stream, std::uint64_t around, std::uint64_t length, Bytes window) {
  if (std::optional<std::uint64_t> at = locate(stream, length, window)) return at;
  return search(stream, around, length, window.first(std::min<std::size_t>(window.size(), 16)));
}

unsigned char byte_at(const Stream& stream, std::uint64_t offset) {
  unsigned char out = 0;
  fill(stream, offset, std::span(&out, 1));
  return out;
}

// Where bytes of `from` came instead of those of `offset`, they may have come earlier: as many before it are the same.
std::uint64_t same_before(const Stream& stream, std::uint64_t offset, std::uint64_t from) {
  std::uint64_t n = 0;
  while (n < std::min(offset, most_by_accident) && byte_at(stream, offset - n - 1) == byte_at(stream, from - n - 1))
    ++n;
  return n;
}

// The bytes of `d.from` (ahead of `d.offset`) came, `run` of them: after how many those came that were due. Zero:
// never.
std::size_t swapped_after(const Stream& stream, const Divergence& d, Bytes window, std::size_t run) {
  const std::uint64_t early = same_before(stream, d.offset, d.from);
  for (std::size_t late = 0; late < std::min<std::size_t>(run, most_by_accident); ++late) {
    const Bytes next = window.subspan(run - late).first(std::min<std::size_t>(16, window.size() - (run - late)));
    if (next.size() < least_window) continue;
    for (std::uint64_t e = 0; e <= early; ++e) {
      if (agree(stream, d.offset - e, next) == next.size()) return run - late;
    }
  }
  return 0;
}

constexpr std::size_t most_shown = 24;  // bytes of a message

// What came, as far as it is told, if `length` bytes of it should not have come.
std::string shown_of(const Channel& c, std::uint64_t length) {
  return c.window.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(length, most_shown + 1)));
}

// Whether all that came is what was due, but for a CR before each LF.
bool has_only_more_returns(const Stream& stream, std::uint64_t offset, Bytes window) {
  // An LF that came alone before it: then not each of them has one.
  for (std::uint64_t before = offset > neighbourhood ? offset - neighbourhood : 0; before < offset; ++before) {
    if (byte_at(stream, before) == '\n') return false;
  }
  bool after_return = false;
  for (const unsigned char b : window) {
    const unsigned char due = byte_at(stream, offset);
    if (b == due && after_return == (due == '\n'))
      ++offset, after_return = false;
    else if (b == '\r' && due == '\n' && !after_return)
      after_return = true;
    else
      return false;
  }
  return true;
}

std::uint64_t length_of_source(const Channel& c, const std::vector<Channel>& all) {
  for (const Channel& o : all) {
    if (o.name == c.source) return o.planned;
  }
  return c.due;
}

}  // namespace

Divergence classify(const Channel& c, const std::vector<Channel>& all) {
  const Bytes window(reinterpret_cast<const unsigned char*>(c.window.data()), c.window.size());
  Divergence d;
  d.offset = *c.differs_at;
  d.zeroes = !window.empty() && std::ranges::all_of(window, [](unsigned char b) { return b == 0; });
  if (c.lines) {
    d.kind = DivergenceKind::corrupted;
    return d;
  }
  const std::uint64_t length = length_of_source(c, all);
  if (c.source.empty()) {
    d.kind = DivergenceKind::unexpected;
    d.length = c.received - d.offset;
    d.came = shown_of(c, d.length);
    return d;
  }
  if (const auto at = place(c.expected, d.offset, length, window); at && *at != d.offset) {
    d.from = *at;
    const std::size_t run = agree(c.expected, *at, window);
    if (*at > d.offset) {
      d.kind = DivergenceKind::lost;
      d.length = *at - d.offset;
      const std::uint64_t early = same_before(c.expected, d.offset, *at);
      for (std::uint64_t e = 0; e <= early; ++e) d.at_nul = d.at_nul || byte_at(c.expected, d.offset - e) == 0;
      if (const std::size_t n = swapped_after(c.expected, d, window, run); n != 0) {
        d.kind = DivergenceKind::swapped;
        d.length = n;
      }
    } else {
      d.kind = DivergenceKind::repeated;
      d.length = d.offset - *at;
    }
    return d;
  }
  for (const Channel& o : all) {
    if (o.name == c.source || o.planned == 0) continue;
    if (const auto at = locate(o.outgoing, o.planned, window)) {
      d.kind = DivergenceKind::foreign;
      d.from = *at;
      d.other = o.name;
      return d;
    }
  }
  for (std::size_t k = 1; k + least_window <= window.size(); ++k) {
    const Bytes rest = window.subspan(k).first(std::min<std::size_t>(16, window.size() - k));
    if (agree(c.expected, d.offset + k, rest) == rest.size()) {
      d.kind = DivergenceKind::corrupted;
      d.length = k;
      return d;
    }
    if (agree(c.expected, d.offset, rest) == rest.size()) {
      d.kind = DivergenceKind::inserted;
      d.length = k;
      d.zeroes = std::ranges::all_of(window.first(k), [](unsigned char b) { return b == 0; });
      d.came = shown_of(c, k);
      d.at_lines = has_only_more_returns(c.expected, d.offset, window);
      return d;
    }
  }
  d.kind = d.offset >= length ? DivergenceKind::unexpected : DivergenceKind::corrupted;
  if (d.kind == DivergenceKind::unexpected) {
    d.length = c.received - d.offset;
    d.came = shown_of(c, d.length);
  }
  return d;
}

namespace {

bool is_terminator(const Divergence& d) {
  const bool more = d.kind == DivergenceKind::inserted || d.kind == DivergenceKind::unexpected;
  return more && d.zeroes && d.length == 1;
}

}  // namespace

std::string to_string(const Divergence& d, const Channel& c) {
  const std::string came = d.came.empty() || is_terminator(d) ? "" : "\"" + escaped(d.came, most_shown) + "\"";
  const std::string nul = is_terminator(d) ? ": a NUL, as at the end of a C string" : "";
  const std::string at = "at offset " + std::to_string(d.offset);
  const std::string of = c.source.empty() ? "" : " of what " + c.source + " sent";
  switch (d.kind) {
    case DivergenceKind::lost:
      return "lost " + bytes(d.length) + " " + at + of +
             (d.at_nul ? "; the first byte lost is a NUL, as if the data were a C string" : "");
    case DivergenceKind::repeated:
      return "repeated " + bytes(d.length) + ": " + at + of + " the bytes begin again at " + std::to_string(d.from);
    case DivergenceKind::swapped:
      return "swapped bytes: " + at + of + " came " + bytes(d.length) + " that belong at " + std::to_string(d.from);
    case DivergenceKind::foreign:
      return "bytes of " + d.other + " (its offset " + std::to_string(d.from) + ") came on " + c.name + " " + at;
    case DivergenceKind::inserted:
      return bytes(d.length) + " that nobody sent" + (came.empty() ? "" : " (" + came + ")") + " came " + at + of +
             nul + (d.at_lines ? ": a CR before each LF, as text-mode translation puts it there" : "");
    case DivergenceKind::corrupted:
      if (c.lines) return "the rotating lines go wrong " + at;
      if (d.zeroes)
        return "wrong bytes " + at + of + ": they are all zero, as from a buffer that was not filled so far";
      return "wrong bytes " + at + of + (d.length != 0 ? ": " + bytes(d.length) + " differ" : "");
    case DivergenceKind::unexpected:
      return bytes(d.length) + " came to " + c.name + " " + at + ", where none were due" +
             (came.empty() ? "" : ": " + came) + nul;
  }
  return {};
}

std::string code_of(const Divergence& d) {
  switch (d.kind) {
    case DivergenceKind::lost:
      return d.at_nul ? "stopped-at-nul" : "lost-bytes";
    case DivergenceKind::repeated:
      return "repeated-bytes";
    case DivergenceKind::swapped:
      return "swapped-bytes";
    case DivergenceKind::foreign:
      return "foreign-bytes";
    case DivergenceKind::inserted:
      return is_terminator(d) ? "terminator-sent" : "inserted-bytes";
    case DivergenceKind::corrupted:
      return "corrupted-bytes";
    case DivergenceKind::unexpected:
      return is_terminator(d) ? "terminator-sent" : "unexpected-bytes";
  }
  return {};
}

}  // namespace sockrig
