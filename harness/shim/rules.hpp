// One intercepted call, from what the program asked to what it is told.
//
// Decides which rules apply to a call and in what order. What a rule may do here is the
// licence's business (licence.hpp); a rule that may not is counted as withheld, with the reason.
// It must never decide from anything but the region, the call and the kernel's answers.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "shim/region.hpp"

namespace sockrig::shim {

// A function that makes an Op is inlined into the exported one: only there is the return address the program's.
#define SOCKRIG_INTO_EXPORT inline __attribute__((always_inline))

struct Op {
  wire::Call call;
  wire::Family family;
  int fd;
  int socket;  // −1: the call has none
  std::int64_t asked;
  int message_flags = 0;
  // Decided before the real call:
  std::size_t length = static_cast<std::size_t>(asked);  // what the real call is asked for
  std::uint64_t begun_ns = 0;
  std::uint32_t connection = 0;  // both as in wire::Event
  std::uint32_t ordinal = 0;
  wire::Rule* clamp = nullptr;  // waits for the real call to tell whether it fired
  wire::Rule* fail_after = nullptr;
  wire::Rule* interrupt = nullptr;  // for the wrapper to carry out: connect, waits, partial sends
  std::size_t part = length;        // what a send that is cut in the middle gets rid of before the signal
  wire::Rule* fired = nullptr;      // the last one that did
  std::uint32_t fired_rules = 0;    // rule_bit of each
  wire::Rule* held = nullptr;
  wire::Rule* withheld = nullptr;
  wire::Withheld why{};
  bool done = false;  // no real call any more: result and error are set
  std::int64_t result = 0;
  int error = 0;
  const void* caller = __builtin_return_address(0);
  // sendfile and splice ask for far more than there is: what they take from says how much can be cut.
  int source = -1;
  const off64_t* source_offset = nullptr;  // null: the descriptor's own position
};

// Walks the rules; to be called once per call, also when there are none.
void decide(Op& op);

// A call that waited may find that others have used up its rule meanwhile: then the next one that fails such calls
// after they are made. Null: none is left.
wire::Rule* fail_after_now(const Op& op);
bool matches(const wire::Rule& rule, const Op& op);  // of its families, and on its connection
// Whether it is the rule's turn, if it matches: the call that it names, or one that is not skipped and taken by chance,
// from the seed; and not used up.
bool is_due(const wire::Rule& rule, const Op& op);
bool fire(wire::Rule& rule, Op& op);       // false: its limit is reached
void has_fired(wire::Rule& rule, Op& op);  // what is done already is counted, whatever the limit
void withhold(wire::Rule& rule, Op& op, wire::Withheld why);
void fail(Op& op, int error);  // result −1 without a real call

// Everything after the call: did the clamp fire, must it fail now, counters, the event.
// Returns what the program is told and leaves errno as it is told.
std::int64_t conclude(Op& op, std::int64_t result);
// The same where the program is told a number of messages: `bytes` is what they held.
std::int64_t conclude_many(Op& op, std::int64_t result, std::int64_t bytes);
// Its event, for calls whose errors are told otherwise than by errno.
Note note_of(const Op& op, std::int64_t result);

// After a real call on what is no socket: on a number that is closed, or that never was one, it is told as an event.
// Returns the result and keeps errno.
std::int64_t tell_if_closed(Op op, std::int64_t result);

// decide, real call, conclude: for calls whose real form does not depend on what was decided.
template <class Real>
std::int64_t run(Op& op, Real real_call) {
  decide(op);
  if (op.done) return conclude(op, op.result);
  return conclude(op, real_call());
}

}  // namespace sockrig::shim
