// The calls that ask for SIGALRM. Nothing shows its timer from outside (/proc/PID/timers lists only POSIX timers), so
// when it is due is written down here; the program gets what it asked for.
#include <sys/time.h>
#include <time.h>

#include "shim/real.hpp"
#include "shim/region.hpp"

using namespace sockrig::shim;

namespace {

constexpr std::uint64_t million = 1'000'000;
constexpr std::uint64_t again_and_again = ~std::uint64_t{0};

// `first`: microseconds from now, 0 = none. A process whose slot is missing counts as one with a timer.
void note_alarm(std::uint64_t first, bool repeats) {
  if (!active() || here.slot == nullptr || memory_is_borrowed()) return;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::uint64_t now_ns =
      static_cast<std::uint64_t>(now.tv_sec) * 1000 * million + static_cast<std::uint64_t>(now.tv_nsec);
  const std::uint64_t at = first == 0 ? 0 : repeats ? again_and_again : now_ns + first * 1000;
  here.slot->alarm_at.store(at, std::memory_order_relaxed);
}

}  // namespace

SOCKRIG_EXPORT unsigned alarm(unsigned seconds) noexcept {
  note_alarm(seconds * million, false);
  return real.alarm(seconds);
}

SOCKRIG_EXPORT useconds_t ualarm(useconds_t first, useconds_t interval) noexcept {
  note_alarm(first, interval != 0);
  return real.ualarm(first, interval);
}

SOCKRIG_EXPORT int setitimer(__itimer_which_t which, const itimerval* value, itimerval* old) noexcept {
  if (!started) start();
  const int result = real.setitimer(which, value, old);
  if (result == 0 && which == ITIMER_REAL && value != nullptr)
    note_alarm(static_cast<std::uint64_t>(value->it_value.tv_sec) * million +
                   static_cast<std::uint64_t>(value->it_value.tv_usec),
               value->it_interval.tv_sec != 0 || value->it_interval.tv_usec != 0);
  return result;
}
