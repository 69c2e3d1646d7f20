#include "shim/rules.hpp"

#include <errno.h>
#include <sys/socket.h>

#include "shim/descriptors.hpp"
#include "shim/hold.hpp"
#include "shim/image.hpp"
#include "shim/interrupt.hpp"
#include "shim/licence.hpp"
#include "shim/sys.hpp"

namespace sockrig::shim {

using wire::Family;
using wire::Rule;
using wire::Verb;
using wire::Withheld;

namespace {

std::uint32_t connection_of(const Op& op) {
  if (op.socket < 0 || (wire::bit(op.family) & wire::unconnected_families) != 0) return 0;
  const std::uint32_t number = region->sockets[op.socket].connection.load(std::memory_order_relaxed);
  // Made by a call that was not seen, or by one that has not returned yet.
  return number == 0 && wire::moves_data(op.family) ? number_if_connected(op.socket, op.fd) : number;
}

void count_call(Op& op) {
  op.connection = connection_of(op);
  if (op.family == Family::none) return;
  auto& ordinals = op.connection != 0 ? region->sockets[op.socket].ordinals : here.ordinals;
  op.ordinal = ordinals[static_cast<std::size_t>(op.family)].fetch_add(1, std::memory_order_relaxed) + 1;
}

std::uint64_t hash_of(const Rule& rule, const Op& op) {
  const std::uint32_t birth = op.socket < 0 ? no_birth : region->sockets[op.socket].birth;
  return wire::chance(region->seed, rule.id, here.key, birth, op.family, op.ordinal);
}

bool limit_reached(const Rule& rule) {
  return rule.limit != 0 && rule.fired.load(std::memory_order_relaxed) >= rule.limit;
}

void sleep_for(std::uint64_t microseconds) {
  timespec time{};
  time.tv_sec = static_cast<time_t>(microseconds / 1'000'000);
  time.tv_nsec = static_cast<long>(microseconds % 1'000'000 * 1000);
  sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, nullptr);
}

void plan_clamp(Op& op, Rule& rule, std::uint64_t hash) {
  if (op.clamp) return;
  if (op.family == Family::listen) {
    if (op.asked > static_cast<std::int64_t>(rule.backlog)) op.length = rule.backlog;
    op.clamp = &rule;
    return;
  }
  const bool receives = op.family == Family::recv;
  if (!receives && op.family != Family::send) return;
  // The low bits chose whether to fire; the size comes from the same hash, mixed once more.
  // A program with a large buffer asks for more than ever comes: what is there bounds what can be cut.
  const auto asked = static_cast<std::size_t>(op.asked);
  const std::size_t there = receives         ? available(op.fd)
                            : op.source >= 0 ? available_from(op.source, op.source_offset)
                                             : 0;
  const std::size_t length = clamped_length(rule, there != 0 && there < asked ? there : asked, wire::mix(hash));
  if (there != 0 && length >= there) return withhold(rule, op, Withheld::too_small);
  Withheld why{};
  if (!(receives ? may_cut_receive(op, length, why) : may_cut_send(op, rule, length, why)))
    return withhold(rule, op, why);
  op.clamp = &rule;
  op.length = length;
}

void plan_interrupt(Op& op, Rule& rule, std::uint64_t hash) {
  switch (op.family) {
    case Family::send:
      if (rule.after_part == 1) {
        // Where the send would have waited, how much was taken before the signal came is chance.
        if (op.asked > 1 && !is_ready(op)) op.part = 1 + wire::mix(hash) % static_cast<std::size_t>(op.asked - 1);
        op.interrupt = &rule;
        return;
      }
      [[fallthrough]];
    case Family::recv:
    case Family::accept:
      if (op.call == wire::Call::recvmmsg || op.call == wire::Call::sendmmsg)
        return withhold(rule, op, Withheld::several_at_once);
      if ((op.message_flags & (MSG_OOB | MSG_ERRQUEUE)) != 0) return withhold(rule, op, Withheld::not_stream);
      interrupt_transfer(op, rule);
      return;
    case Family::connect:
    case Family::wait:
      op.interrupt = &rule;
      return;
    default:
      return;
  }
}

void fail_now(Op& op, Rule& rule) {
  Withheld why{};
  if (!may_fail(op, rule.error, why)) return withhold(rule, op, why);
  if (!fire(rule, op)) return;
  fail(op, rule.error);
  if (op.socket >= 0) rearm(op.socket);  // the failure must not use up an edge: what was ready is ready still
}

void apply(Op& op, Rule& rule, std::uint64_t hash) {
  switch (rule.verb) {
    case Verb::pass:
    case Verb::hold:  // done before
      return;
    case Verb::delay:
      if (fire(rule, op)) sleep_for(wire::mix(hash) % (std::uint64_t{rule.longest_us} + 1));
      return;
    case Verb::clamp:
      return plan_clamp(op, rule, hash);
    case Verb::fail_before:
      // A descriptor whose close failed must not stay open: there the failure always comes after.
      if (op.family == Family::close)
        op.fail_after = &rule;
      else
        fail_now(op, rule);
      return;
    case Verb::fail_after:
      if (op.family != Family::process)  // a child cannot be unborn
        op.fail_after = &rule;
      else if (fire(rule, op))
        fail(op, rule.error);
      return;
    case Verb::interrupt:
      return plan_interrupt(op, rule, hash);
  }
}

void count_transfer(const Op& op, std::int64_t result) {
  if (op.socket < 0 || (op.message_flags & MSG_ERRQUEUE) != 0) return;
  wire::Socket& socket = region->sockets[op.socket];
  const bool first = op.ordinal == 1 || op.connection == 0;
  if (first) learn_ports(op.socket, op.fd);
  if (op.family == Family::send) {
    if (first && (op.message_flags & MSG_NOSIGNAL) == 0 && sigpipe_kills())
      socket.flags.fetch_or(wire::socket_sigpipe_kills, std::memory_order_relaxed);
    socket.send_calls.fetch_add(1, std::memory_order_relaxed);
    if (result > 0) socket.sent.fetch_add(static_cast<std::uint64_t>(result), std::memory_order_relaxed);
    return;
  }
  socket.recv_calls.fetch_add(1, std::memory_order_relaxed);
  if ((op.message_flags & MSG_PEEK) != 0) return;
  if (result > 0) socket.received.fetch_add(static_cast<std::uint64_t>(result), std::memory_order_relaxed);
  if (result == 0 && op.asked > 0) socket.ends.fetch_add(1, std::memory_order_relaxed);
}

void settle_clamp(Op& op, std::int64_t result) {
  const bool fired =
      op.family == Family::listen ? result == 0 : result > 0 && result == static_cast<std::int64_t>(op.length);
  if (!fired) return;
  const std::uint64_t before = op.clamp->fired.load(std::memory_order_relaxed);
  has_fired(*op.clamp, op);
  if (op.family == Family::recv) rearm(op.socket);
  // Asked now and then, since it takes many calls: at the first firing, the second, the fourth, the eighth …
  const bool ask = (before & (before + 1)) == 0;
  if (op.family == Family::send && ask && kernel_may_cut_send(op))
    op.clamp->fired_own.fetch_add(1, std::memory_order_relaxed);
}

// What a thread that never comes back was doing: waiting for ever, or killed by what the call raised.
void enter(const Op& op) {
  if (op.socket < 0) return;
  wire::Socket& socket = region->sockets[op.socket];
  socket.inside_caller.store(place_of(op.caller), std::memory_order_relaxed);
  socket.inside.store((static_cast<std::uint32_t>(op.call) + 1) | std::uint32_t{here.image} << 16,
                      std::memory_order_relaxed);
}
void leave(const Op& op) {
  if (op.socket >= 0) region->sockets[op.socket].inside.store(0, std::memory_order_relaxed);
}

// Plain transfers are what there is most of, and the counters of the socket have them already.
bool may_be_left_out(const Op& op, std::int64_t result) {
  if (!wire::moves_data(op.family) || result <= 0 || op.fired || op.held || op.withheld || region->trace_all)
    return false;
  return ring_fill() > wire::ring_size / 2;
}

}  // namespace

bool matches(const Rule& rule, const Op& op) {
  return (rule.families & wire::bit(op.family)) != 0 && (rule.connection == 0 || rule.connection == op.connection);
}

bool is_due(const Rule& rule, const Op& op) {
  if (limit_reached(rule)) return false;
  if (rule.at != 0) return op.ordinal == rule.at;
  if (op.ordinal <= rule.skip) return false;
  return rule.one_in <= 1 || hash_of(rule, op) % rule.one_in == 0;
}

bool fire(Rule& rule, Op& op) {
  if (rule.limit == 0) {
    rule.fired.fetch_add(1, std::memory_order_relaxed);
  } else {
    std::uint64_t fired = rule.fired.load(std::memory_order_relaxed);
    do {
      if (fired >= rule.limit) return false;
    } while (!rule.fired.compare_exchange_weak(fired, fired + 1, std::memory_order_relaxed));
  }
  op.fired = &rule;
  op.fired_rules |= wire::rule_bit(rule.id);
  return true;
}

void has_fired(Rule& rule, Op& op) {
  rule.fired.fetch_add(1, std::memory_order_relaxed);
  op.fired = &rule;
  op.fired_rules |= wire::rule_bit(rule.id);
}

void withhold(Rule& rule, Op& op, Withheld why) {
  rule.withheld[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  if (op.withheld) return;
  op.withheld = &rule;
  op.why = why;
}

void fail(Op& op, int error) {
  op.done = true;
  op.result = -1;
  op.error = error;
}

void decide(Op& op) {
  op.begun_ns = now_ns();
  count_call(op);
  enter(op);
  hold_if_told(op);
  const std::uint32_t count = region->rule_count;
  for (std::uint32_t i = 0; i < count && !op.done; ++i) {
    Rule& rule = region->rules[i];
    if (rule.verb == Verb::hold || !matches(rule, op)) continue;
    rule.seen.fetch_add(1, std::memory_order_relaxed);
    if (is_due(rule, op)) apply(op, rule, hash_of(rule, op));
  }
}

Rule* fail_after_now(const Op& op) {
  if (op.fail_after == nullptr || !limit_reached(*op.fail_after)) return op.fail_after;
  for (std::uint32_t i = 0; i < region->rule_count; ++i) {
    Rule& rule = region->rules[i];
    if (rule.verb == Verb::fail_after && matches(rule, op) && is_due(rule, op)) return &rule;
  }
  return nullptr;
}

std::int64_t conclude(Op& op, std::int64_t result) {
  return conclude_many(op, result, result);
}

std::int64_t conclude_many(Op& op, std::int64_t result, std::int64_t bytes) {
  leave(op);
  if (op.clamp && !op.done) settle_clamp(op, result);
  if (op.fail_after && result >= 0 && fire(*op.fail_after, op)) {
    fail(op, op.fail_after->error);
    result = bytes = -1;
  }
  if (op.done && result < 0) errno = op.error;
  if (wire::moves_data(op.family)) count_transfer(op, bytes);
  if (may_be_left_out(op, result)) return result;
  Note note = note_of(op, result);
  if (result < 0) note.error = errno;
  record(note);
  return result;
}

Note note_of(const Op& op, std::int64_t result) {
  Note note{.call = op.call, .fd = op.fd, .socket = op.socket, .asked = op.asked, .result = result};
  note.caller = place_of(op.caller);
  note.begun_ns = op.begun_ns;
  note.connection = op.connection;
  note.ordinal = op.ordinal;
  if (op.family == Family::send && (op.message_flags & MSG_NOSIGNAL)) note.flags |= wire::event_no_signal;
  if (op.held) {
    note.flags |= wire::event_held;
    note.rules |= wire::rule_bit(op.held->id);
  }
  if (op.fired) {
    note.flags |= wire::event_injected;
    note.rules |= op.fired_rules;
  } else if (op.withheld) {
    note.flags |= wire::event_withheld;
    note.rules |= wire::rule_bit(op.withheld->id);
    note.withheld = op.why;
  }
  return note;
}

std::int64_t tell_if_closed(Op op, std::int64_t result) {
  return result < 0 && errno == EBADF && is_closed_socket(op.fd) ? conclude(op, result) : result;
}

}  // namespace sockrig::shim
