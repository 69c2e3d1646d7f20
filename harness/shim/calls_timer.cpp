// The calls that ask for a signal at a time. Nothing shows from outside when SIGALRM is due, and of POSIX timers
// /proc/PID/timers tells only that they are there: run-times keep one and disarm it. So both are written down here; the
// program gets what it asked for.
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
  const std::uint64_t at = first == 0 ? 0 : repeats ? again_and_again : now_ns() + first * 1000;
  here.slot->alarm_at.store(at, std::memory_order_relaxed);
}

// The POSIX timers that are off, as numbers above 0. In doubt one counts as armed: those beyond the table, and those
// that another thread, or a handler, arms meanwhile.
std::atomic<std::uintptr_t> off[32];
std::atomic<std::uint64_t> armings;

bool is_told() {
  active();  // after a fork the slot is this process's
  return region != nullptr && here.slot != nullptr && !memory_is_borrowed();
}

void note_armed(timer_t timer) {
  if (!is_told()) return;
  armings.fetch_add(1);
  for (std::atomic<std::uintptr_t>& slot : off) {
    std::uintptr_t number = reinterpret_cast<std::uintptr_t>(timer) + 1;
    if (slot.compare_exchange_strong(number, 0)) here.slot->timers_off.fetch_sub(1);
  }
}

void note_off(timer_t timer, std::uint64_t armings_before) {
  if (!is_told()) return;
  const std::uintptr_t number = reinterpret_cast<std::uintptr_t>(timer) + 1;
  for (std::atomic<std::uintptr_t>& slot : off) {
    if (slot.load() == number) return;
  }
  for (std::atomic<std::uintptr_t>& slot : off) {
    std::uintptr_t nobody = 0;
    if (!slot.compare_exchange_strong(nobody, number)) continue;
    here.slot->timers_off.fetch_add(1);
    if (armings.load() != armings_before) note_armed(timer);
    return;
  }
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

SOCKRIG_EXPORT int timer_create(clockid_t clock, sigevent* event, timer_t* timer) noexcept {
  if (!started) start();
  const std::uint64_t before = armings.load();
  const int result = real.timer_create(clock, event, timer);
  // Elsewhere a program may arm it by a function for longer times, which is not seen.
  constexpr bool one_way_to_arm = sizeof(void*) == 8;
  if (result == 0 && one_way_to_arm) note_off(*timer, before);
  return result;
}

SOCKRIG_EXPORT int timer_settime(timer_t timer, int flags, const itimerspec* value, itimerspec* old) noexcept {
  if (!started) start();
  const bool is_off = value != nullptr && value->it_value.tv_sec == 0 && value->it_value.tv_nsec == 0;
  if (!is_off) note_armed(timer);  // before it can ring
  const std::uint64_t before = armings.load();
  const int result = real.timer_settime(timer, flags, value, old);
  if (result == 0 && is_off) note_off(timer, before);
  return result;
}

SOCKRIG_EXPORT int timer_delete(timer_t timer) noexcept {
  if (!started) start();
  note_armed(timer);  // off the list
  return real.timer_delete(timer);
}

namespace sockrig::shim {

void forget_timers() {
  for (std::atomic<std::uintptr_t>& slot : off) slot.store(0, std::memory_order_relaxed);
}

}  // namespace sockrig::shim
