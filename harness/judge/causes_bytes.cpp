// Causes of bytes that were lost, repeated or wrong.
#include <algorithm>
#include <span>

#include "judge/causes.hpp"

namespace sockrig {
namespace {

using wire::Family;

constexpr std::size_t enough_to_prove = 6;  // bytes that do not agree by accident

// A call with what was sent on its socket before it.
struct Sent {
  const CallEvent* call = nullptr;
  std::uint64_t before = 0;
  std::uint64_t after() const { return before + (call->result > 0 ? static_cast<std::uint64_t>(call->result) : 0); }
};

// The calls of the send family on the connection, in order. `whole`: none is missing, so that the sums are offsets.
struct Sends {
  std::vector<Sent> calls;
  bool whole = false;
};

Sends sends_on(const Record& record, const Channel& c) {
  Sends out;
  std::uint64_t sum = 0, wanted = 0;
  std::int32_t socket = -1;
  for (std::size_t i = 0; i < record.sockets.size(); ++i) {
    const SocketRecord& s = record.sockets[i];
    if (!is_end_of(s, c)) continue;
    socket = static_cast<std::int32_t>(i);
    wanted = s.sent;
  }
  // What the client writes to its standard output is no socket's: then it is what it received that went wrong.
  for (const CallEvent& e : record.events) {
    if (wire::family_of(e.call) != Family::send || (e.socket != socket && e.socket != -1)) continue;
    out.calls.push_back({&e, sum});
    if (e.result > 0) sum += static_cast<std::uint64_t>(e.result);
  }
  out.whole = socket >= 0 && sum == wanted;
  return out;
}

bool is_short(const Sent& s) {
  return s.call->result > 0 && s.call->result < s.call->asked;
}
std::uint64_t asked(const Sent& s) {
  return static_cast<std::uint64_t>(s.call->asked);
}
std::uint64_t result(const Sent& s) {
  return static_cast<std::uint64_t>(s.call->result);
}

bool counted(const Record& record, const Sent& s) {
  return is_counted(record, *s.call);
}

std::string returned(const Record& record, const Sent& s) {
  return named(record, *s.call) + " returned " + std::to_string(s.call->result) + " of " +
         std::to_string(s.call->asked);
}

// The right start, but the full length again: the buffer's end is overrun, and what comes is wrong from there on.
std::optional<Cause> overrun(const Record& record, const Sends& sends, const Divergence& d) {
  for (std::size_t i = 0; i + 1 < sends.calls.size(); ++i) {
    const Sent& first = sends.calls[i];
    const Sent& next = sends.calls[i + 1];
    if (!is_short(first) || next.call->asked != first.call->asked || first.before + asked(first) != d.offset) continue;
    std::size_t last = i + 1;
    while (last < sends.calls.size() && sends.calls[last].call->asked == first.call->asked &&
           sends.calls[last].after() <= d.offset)
      ++last;
    if (last == sends.calls.size() || sends.calls[last].call->asked != first.call->asked) continue;
    return Cause{"short-send-overrun",
                 returned(record, first) + ", and the next call was given all " + std::to_string(asked(first)) +
                     " again, from there on: " + bytes(result(first)) + " more than were left in the buffer"};
  }
  return {};
}

// Two short sends in a row, and then the position is that of the last part instead of the sum.
std::optional<Cause> last_part(const Record& record, const Sends& sends, const Divergence& d) {
  if (d.kind != DivergenceKind::repeated) return {};
  for (std::size_t i = 1; i < sends.calls.size(); ++i) {
    const Sent& first = sends.calls[i - 1];
    const Sent& second = sends.calls[i];
    if (!is_short(first) || !is_short(second) || second.after() != d.offset) continue;
    if (d.from != first.before + result(second) || result(first) == 0) continue;
    return Cause{"short-send-last-part", returned(record, first) + " and then " + std::to_string(second.call->result) +
                                             ", and the next call began at " + std::to_string(second.call->result) +
                                             " instead of " + std::to_string(result(first) + result(second)) +
                                             ": the position is the sum of all parts, not the last one"};
  }
  return {};
}

// How many of these bytes are those that were due at the offset.
std::size_t agrees(const Channel& c, std::uint64_t offset, std::span<const unsigned char> got) {
  if (!c.lines) return agree(c.expected, offset, got);
  const auto first =
      static_cast<unsigned char>(c.expected.key & 0xff);  // as the peer learnt them: see compare() in run
  return agree_rotating_lines(offset, first, largest_ring - static_cast<int>(c.expected.key >> 8), got);
}

// What came from the divergence on.
std::span<const unsigned char> window_of(const Channel& c) {
  return {reinterpret_cast<const unsigned char*>(c.window.data()), c.window.size()};
}

// The next three ask this of what came right behind a short send, so the stream must go wrong there.
// Each send after the short one brought the buffer's beginning again, until as many bytes as it holds had been sent:
// what came proves it, call by call.
bool always_from_start(const Sends& sends, const Channel& c, const Sent& s) {
  const std::span<const unsigned char> window = window_of(c);
  std::uint64_t left = asked(s) - result(s);
  std::size_t at = 0;
  for (const Sent& next : sends.calls) {
    if (next.before < s.after() || next.call <= s.call || next.call->result <= 0) continue;
    if (left == 0 || at == window.size()) break;
    if (next.before != s.after() + at || asked(next) != left) return false;
    const std::size_t n = std::min<std::size_t>(result(next), window.size() - at);
    if (agrees(c, s.before, window.subspan(at, n)) != n) return false;
    at += n;
    left -= result(next);
  }
  return at >= enough_to_prove;
}

// Each send with nothing received between it and the one before it, and of the same length, began at the start again:
// what came proves it, call by call. A program that has received ahead and drops the rest makes the same calls.
bool begins_again(const Record& record, const Channel& c, const Sent& s) {
  const std::span<const unsigned char> window = window_of(c);
  const CallEvent* before = nullptr;
  std::uint64_t received = 0, proved = 0;
  std::size_t at = 0;
  for (const CallEvent& e : record.events) {
    if (e.socket != s.call->socket || e.result <= 0) continue;
    if (wire::family_of(e.call) == Family::recv) {
      received += static_cast<std::uint64_t>(e.result);
      before = nullptr;
    } else if (wire::family_of(e.call) == Family::send) {
      const auto length = static_cast<std::uint64_t>(e.asked);
      const std::size_t n =
          &e > s.call ? std::min<std::size_t>(static_cast<std::size_t>(e.result), window.size() - at) : 0;
      if (n != 0 && before != nullptr && before->asked == e.asked) {
        if (received < length || agrees(c, received - length, window.subspan(at, n)) != n) return false;
        proved += n;
      }
      at += n;
      before = &e;
    }
  }
  return proved >= enough_to_prove;
}

// Each send began where the one before it would have ended, had that taken all: the rest of each was dropped.
bool always_skips(const Sends& sends, const Channel& c, const Sent& s) {
  const std::span<const unsigned char> window = window_of(c);
  std::uint64_t begin = s.before + asked(s);
  std::size_t at = 0;
  for (const Sent& next : sends.calls) {
    if (next.call <= s.call || next.call->result <= 0) continue;
    const std::size_t n = std::min<std::size_t>(result(next), window.size() - at);
    if (n == 0) break;
    if (next.call->socket != s.call->socket || agrees(c, begin, window.subspan(at, n)) != n) return false;
    at += n;
    begin += asked(next);
  }
  return at >= enough_to_prove;
}

// What followed a short send: a receive, and then just what it brought was sent. The rest was dropped.
bool goes_on_with_new_bytes(const Record& record, const Sends& sends, const Sent& s) {
  const auto next = std::ranges::find_if(sends.calls, [&](const Sent& o) { return o.before == s.after(); });
  if (!sends.whole || next == sends.calls.end()) return false;
  const CallEvent* received = nullptr;
  for (const CallEvent* e = s.call + 1; e < next->call; ++e) {
    if (e->socket == s.call->socket && wire::family_of(e->call) == Family::recv) received = e;
  }
  return received != nullptr && received->result > 0 && next->call->asked == received->result &&
         &record.events.front() <= s.call;
}

Cause ignored_rest(const Record& record, const Sent& s) {
  return {"short-send-ignored",
          returned(record, s) + " and the other " + bytes(asked(s) - result(s)) + " were never sent"};
}

std::optional<Cause> short_send(const Record& record, const Sends& sends, const Channel& c, const Divergence& d) {
  const bool echoes = c.source == c.name && !c.lines;
  const Sent* by_offset = nullptr;
  const Sent* by_length = nullptr;
  for (const Sent& s : sends.calls) {
    if (!is_short(s)) continue;
    const std::uint64_t rest = asked(s) - result(s);
    if ((s.call->flags & wire::event_injected) == 0) {  // the kernel's own: there are many, so it must be this very one
      if (d.kind == DivergenceKind::lost && d.length == rest && counted(record, s) && s.after() == d.offset)
        return ignored_rest(record, s);
      continue;
    }
    const bool fits = (d.kind == DivergenceKind::lost && d.length == rest) ||
                      (d.kind == DivergenceKind::repeated && d.length == result(s));
    if (by_length == nullptr && fits) by_length = &s;
    if (by_offset == nullptr && counted(record, s) && s.after() == d.offset) by_offset = &s;
  }
  const Sent* s = by_offset != nullptr ? by_offset : by_length;
  if (s == nullptr) return {};
  const std::uint64_t rest = asked(*s) - result(*s);
  const Cause ignored = ignored_rest(record, *s);
  const Cause from_start{"short-send-from-start",
                         returned(record, *s) + ", and the next call began at the start again"};
  if (d.kind == DivergenceKind::lost && d.length == rest) return ignored;
  if (d.kind == DivergenceKind::repeated && d.length == result(*s)) return from_start;
  const bool wrong_from_there = (sends.whole || counted(record, *s)) && d.offset == s->after();
  // Of what does not come from a connection, the calls that fetched it are not seen.
  if (wrong_from_there && echoes && always_skips(sends, c, *s)) return ignored;
  if (wrong_from_there && echoes && begins_again(record, c, *s)) return from_start;
  if (wrong_from_there && always_from_start(sends, c, *s))
    return Cause{"short-send-from-start", returned(record, *s) + ", and the next call was given the other " +
                                              bytes(rest) +
                                              " from the start again: the position in the buffer did not move"};
  if (goes_on_with_new_bytes(record, sends, *s)) return ignored;
  return Cause{"short-send-misplaced", returned(record, *s) + ", and what was sent next does not follow"};
}

Cause dropped_after(const Record& record, const CallEvent& first, const Divergence& d, std::uint64_t times) {
  if (first.error == EAGAIN)
    return {"would-block-dropped", named(record, first) + " was told to wait (EAGAIN), " +
                                       (times == 1 ? "" : std::to_string(times) + " times, ") + "and the " +
                                       bytes(d.length) +
                                       " that it was given were never sent: wait until there is room, and make the "
                                       "call again"};
  if (times == 1)
    return {"interrupted-send-dropped", named(record, first) +
                                            " was interrupted by a signal before it took a byte (EINTR), and its " +
                                            bytes(d.length) + " were never sent: the call is to be made again"};
  return {"interrupted-send-dropped", named(record, first) +
                                          " was interrupted by a signal before it took a byte (EINTR), " +
                                          std::to_string(times) + " times in a row, and the " + bytes(d.length) +
                                          " of these calls were never sent: each is to be made again"};
}

// A send that failed took nothing, because of a signal or for want of room; what it was given never came, nor what the
// ones after it were given, if they failed in the same way.
std::optional<Cause> dropped_send(const Record& record, const Sends& sends, const Divergence& d, std::int32_t error) {
  if (d.kind != DivergenceKind::lost || !sends.whole) return {};
  const CallEvent* first = nullptr;
  std::uint64_t given = 0, times = 0;
  for (const Sent& s : sends.calls) {
    if (s.before != d.offset || s.call->result >= 0 || s.call->error != error) continue;
    first = first == nullptr ? s.call : first;
    // One of them that was made again, as it should be, is not lost.
    if (asked(s) == d.length) return dropped_after(record, *s.call, d, 1);
    given += asked(s);
    ++times;
    if (given == d.length) return dropped_after(record, *first, d, times);
  }
  return {};
}

// More is sent than was received: the length of the buffer, or of the request, instead of recv()'s result.
std::optional<Cause> more_than_received(const Record& record, const Sends& sends, const Divergence& d) {
  if (!sends.whole || d.kind == DivergenceKind::repeated) return {};
  for (const Sent& s : sends.calls) {
    // The sending call in which the stream goes wrong.
    if (d.offset < s.before || d.offset >= s.before + asked(s)) continue;
    const CallEvent* last = nullptr;
    for (const CallEvent& e : record.events) {
      if (&e == s.call) break;
      if (e.socket == s.call->socket && e.tid == s.call->tid && wire::family_of(e.call) == Family::recv) last = &e;
    }
    if (last == nullptr || last->result <= 0 || last->result >= last->asked || s.call->asked != last->asked) return {};
    if (d.offset != s.before + static_cast<std::uint64_t>(last->result)) return {};
    return Cause{"short-recv-ignored", named(record, *last) + " returned " + std::to_string(last->result) + " of " +
                                           std::to_string(last->asked) + ", and " + named(record, *s.call) +
                                           " was given all " + std::to_string(s.call->asked) +
                                           ": only what was received may be sent"};
  }
  return {};
}

// −1, the sign of failure, in a size: a send under way, or one that has returned.
std::optional<Cause> minus_one(const Record& record, const Sends& sends, const Channel& c, const Divergence& d) {
  for (std::size_t i = 0; i < record.sockets.size(); ++i) {
    const SocketRecord& s = record.sockets[i];
    if (!is_end_of(s, c) || wire::family_of(s.inside) != Family::send || s.sent != d.offset || !sends.whole) continue;
    const CallEvent* last = nullptr;
    for (const CallEvent& e : record.events) {
      if (e.socket == static_cast<std::int32_t>(i)) last = &e;
    }
    if (last == nullptr || wire::family_of(last->call) != Family::recv || last->result >= 0) continue;
    return Cause{"minus-one-as-size",
                 named(record, *last) + " failed and returned -1, and " + std::string(wire::name_of(s.inside)) + "()" +
                     place_of(record, s.image, s.caller) + " sends all the same: the -1 was taken for a length"};
  }
  for (const Sent& s : sends.calls) {
    if (s.call->asked != -1) continue;
    return Cause{"minus-one-as-size",
                 named(record, *s.call) +
                     " was given 18446744073709551615 bytes: that is -1 in an unsigned variable, the "
                     "failure of an earlier call that was taken for a length"};
  }
  return {};
}

// −1 added to a total: after a failed receive the next one asks for one byte more than there is room for.
std::optional<Cause> minus_one_added(const Record& record, const Channel& c) {
  const CallEvent* failed = nullptr;
  for (const CallEvent& e : record.events) {
    const SocketRecord* s = wire::family_of(e.call) == Family::recv ? socket_of(record, e) : nullptr;
    if (s == nullptr || (s->remote_port != c.local_port && s->local_port != c.local_port)) continue;
    if (failed != nullptr && failed->socket == e.socket && e.asked > failed->asked && e.asked - 1 == failed->asked)
      return Cause{"minus-one-added", named(record, *failed) + " returned -1 when " + std::to_string(failed->asked) +
                                          " bytes were asked for, and the next call asked for " +
                                          std::to_string(e.asked) + ": the -1 was added to the total"};
    failed = e.result < 0 ? &e : nullptr;
  }
  return {};
}

}  // namespace

std::optional<Cause> cause_of_divergence(const Observation& o, const Channel& c) {
  const Record& r = o.record;
  const Divergence& d = *o.divergence;
  const Sends sends = sends_on(r, c);
  if (auto cause = minus_one(r, sends, c, d)) return cause;
  if (auto cause = minus_one_added(r, c)) return cause;
  if (auto cause = last_part(r, sends, d)) return cause;
  if (auto cause = dropped_send(r, sends, d, EINTR)) return cause;
  if (auto cause = dropped_send(r, sends, d, EAGAIN)) return cause;
  if (sends.whole) {
    if (auto cause = overrun(r, sends, d)) return cause;
  }
  if (auto cause = more_than_received(r, sends, d)) return cause;
  return short_send(r, sends, c, d);
}

}  // namespace sockrig
