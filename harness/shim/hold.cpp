#include "shim/hold.hpp"

#include <linux/futex.h>

#include "shim/interrupt.hpp"
#include "shim/sys.hpp"

namespace sockrig::shim {

using wire::Rule;

namespace {

// Comes back only when the runner says so: a signal's handler runs in between, and the wait goes on.
void wait_for_release(std::atomic<std::uint32_t>& state) {
  while (state.load(std::memory_order_acquire) == wire::hold_held)
    sys(SYS_futex, &state, FUTEX_WAIT, wire::hold_held, nullptr, nullptr, 0);
}

void hold(Rule& rule, Op& op) {
  wire::Hold& held = region->hold;
  if (held.state.load(std::memory_order_relaxed) != wire::hold_none || memory_is_borrowed()) return;
  if (may_be_handling()) return withhold(rule, op, wire::Withheld::in_handler);
  std::uint64_t never = 0;
  if (!rule.fired.compare_exchange_strong(never, 1, std::memory_order_relaxed)) return;  // another thread's is held
  op.held = &rule;
  held.pid.store(here.pid, std::memory_order_relaxed);
  std::uint32_t none = wire::hold_none;
  if (held.state.compare_exchange_strong(none, wire::hold_held, std::memory_order_release))
    wait_for_release(held.state);
}

}  // namespace

void hold_if_told(Op& op) {
  const std::uint32_t count = region->rule_count;
  for (std::uint32_t i = 0; i < count; ++i) {
    Rule& rule = region->rules[i];
    if (rule.verb != wire::Verb::hold || !matches(rule, op)) continue;
    rule.seen.fetch_add(1, std::memory_order_relaxed);
    if (is_due(rule, op)) hold(rule, op);
  }
}

}  // namespace sockrig::shim
