// Causes of a program that keeps the processor busy: what it calls, over and over.
#include <cerrno>

#include "judge/failed_call.hpp"

namespace sockrig {
namespace {

using wire::Family;

constexpr std::size_t looked_at = 200;  // of the end of the timeline
constexpr std::size_t cycle = 8;        // calls, in one of which at least one fails

struct Cycle {
  const CallEvent* failing =
      nullptr;  // one call, again and again; of several on numbers that are no descriptors the first kind
  std::size_t failures = 0;
  bool moves = false;        // something was moved, or more than one thing fails
  std::size_t reported = 0;  // waits that returned at once because there was something
  std::size_t timeouts = 0;  // waits that did not wait: their timeout was 0
  const CallEvent* wait = nullptr;
};

bool same_trouble(const CallEvent& a, const CallEvent& b) {
  return a.error == b.error && (a.call == b.call || a.error == EBADF);
}

Cycle cycle_of(const Record& r) {
  Cycle out;
  for (std::size_t i = r.events.size() - looked_at; i < r.events.size(); ++i) {
    const CallEvent& e = r.events[i];
    const Family f = wire::family_of(e.call);
    // Something moved.
    if (e.result > 0 && (f == Family::recv || f == Family::send || f == Family::accept)) out.moves = true;
    if (f == Family::wait && (e.result > 0 || (e.result == 0 && e.asked == 0))) {
      out.wait = &e;
      ++(e.result > 0 ? out.reported : out.timeouts);
    }
    if (e.result >= 0 || e.error == EINTR) continue;
    if (out.failing != nullptr && !same_trouble(*out.failing, e)) out.moves = true;
    if (out.failing == nullptr || (ends_descriptor(*out.failing) && !ends_descriptor(e))) out.failing = &e;
    ++out.failures;
  }
  return out;
}

}  // namespace

std::optional<Cause> cause_of_spinning(const Observation& o) {
  const Record& r = o.record;
  if (r.events.size() < looked_at) return {};
  const Cycle c = cycle_of(r);
  if (c.moves) return {};
  if (c.failing == nullptr && c.reported > looked_at * 3 / 4)
    return Cause{"busy-waits", named(r, *c.wait) +
                                   " returns at once, over and over, and nothing is done about what it "
                                   "reports: it is asked for what the program has no use for"};
  if (c.failing == nullptr || c.failures < looked_at / cycle) return {};
  const CallEvent& e = *c.failing;
  if (e.error == EBADF) {
    Cause out = bad_descriptor(r, e);
    out.text += "; it is called again at once, over and over";
    return out;
  }
  const std::string fails = named(r, e) + connection_of(r, e) + " fails with " + error_name(e.error);
  if (e.error != EAGAIN && !is_under_way(e))
    return Cause{"spins-on-error", fails + " and is called again at once, over and over"};
  const bool waits = c.wait != nullptr && (c.reported + c.timeouts) * 2 >= c.failures;
  if (waits && c.reported >= c.timeouts)
    return Cause{"busy-waits",
                 fails + " over and over, although " + named(r, *c.wait) +
                     " stands in between: that returns at once, since it reports something else than what "
                     "the call waits for"};
  if (waits)
    return Cause{"busy-waits", fails + " over and over: " + named(r, *c.wait) +
                                   " stands in between, but with a timeout of 0 it does not wait"};
  return Cause{"busy-waits", fails +
                                 " and is called again at once, over and over: wait with poll(), select() or epoll "
                                 "until there is something"};
}

}  // namespace sockrig
