// Calls that are held: against the real kernel, with a runner that looks before it lets go.
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>

#include <chrono>
#include <climits>
#include <fstream>
#include <functional>
#include <thread>

#include "shim/shim_rig_for_tests.hpp"

namespace {

bool within_a_minute(const std::function<bool()>& holds) {
  const auto began = std::chrono::steady_clock::now();
  while (!holds()) {
    if (std::chrono::steady_clock::now() - began > std::chrono::minutes(1)) return false;
    std::this_thread::yield();
  }
  return true;
}

// Nothing is pending: every signal so far has been taken, its handler run or running.
bool took_all_signals(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  int empty = 0;
  for (string line; std::getline(status, line);)
    empty += (line.starts_with("SigPnd:") || line.starts_with("ShdPnd:")) &&
             line.find_first_of("123456789abcdef", 7) == line.npos;
  return empty == 2;
}

wire::Rule& hold_sends(Region& region, std::uint32_t skip = 0) {
  wire::Rule& rule = region.add(Verb::hold, Family::send);
  rule.limit = 1;
  rule.skip = skip;
  return rule;
}

// Runs the program; once its call is held `look` is called, then it is let go.
Ran run_held(
    Region& region, const string& how, const std::function<void()>& look = [] {}) {
  bool held = false;
  std::thread runner([&] {
    std::atomic<std::uint32_t>& state = region->hold.state;
    held = within_a_minute([&] { return state.load() == wire::hold_held; });
    if (held) look();
    state.store(wire::hold_released);
    ::syscall(SYS_futex, &state, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
  });
  const Ran ran = region.run("holds", {how});
  runner.join();
  BOOST_TEST(held);
  return ran;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_held_send_moves_nothing_until_it_is_let_go) {
  Region region;
  const wire::Rule& rule = hold_sends(region);
  const Ran ran = run_held(region, "plain", [&] {
    BOOST_TEST(region.totals().sent == 0u);
    BOOST_TEST(region.count(Call::send) == 0);
    BOOST_TEST(region->hold.pid.load() == region->processes[0].pid.load());
    for (int i = 1; i <= 3; ++i) {  // the wait goes on after each handler
      ::kill(region->hold.pid.load(), SIGUSR1);
      BOOST_TEST(within_a_minute([&] { return took_all_signals(region->hold.pid.load()); }));
    }
    BOOST_TEST(region->hold.state.load() == wire::hold_held);
    BOOST_TEST(region.totals().sent == 0u);
  });
  BOOST_TEST(ran.output == "1000 errno 7 signals 3\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(rule.seen.load() == 1u);
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(region.totals().sent == 1000u);
  BOOST_TEST(region.count(Call::send, wire::event_injected) == 0);  // what it was told is the kernel's
  BOOST_TEST(region.count(Call::send, wire::event_held) == 1);
}

BOOST_AUTO_TEST_CASE(what_a_held_send_is_told_is_the_kernels) {
  Region region;
  hold_sends(region);
  BOOST_TEST(run_held(region, "dead").output == "-1 EPIPE\n");
}

BOOST_AUTO_TEST_CASE(other_threads_go_on) {
  Region region;
  const wire::Rule& rule = hold_sends(region);
  // Whichever of the two is first is held; the other one's sends pass.
  const Ran ran = run_held(region, "thread", [&] {
    const bool main_held = within_a_minute([&] { return region.totals().sent > 0; }) && region.totals().sent <= 10;
    BOOST_TEST(within_a_minute([&] { return region.totals().sent == (main_held ? 10u : 1000u); }));
  });
  BOOST_TEST(ran.output == "both\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(rule.seen.load() == 11u);
  BOOST_TEST(rule.fired.load() == 1u);
}

BOOST_AUTO_TEST_CASE(one_of_two_processes_is_held) {
  Region region;
  const wire::Rule& rule = hold_sends(region);
  const Ran ran = run_held(region, "fork", [&] {
    const int pid = region->hold.pid.load();
    BOOST_TEST((pid == region->processes[0].pid.load() || pid == region->processes[1].pid.load()));
    BOOST_TEST(within_a_minute([&] { return region.totals().sent == 1000; }));  // the other one's
  });
  BOOST_TEST(ran.output == "both\n");
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(region.totals().sent == 2000u);
}

BOOST_AUTO_TEST_CASE(a_blocked_signal_that_nobody_catches_is_no_handler) {
  Region region;
  hold_sends(region);
  BOOST_TEST(run_held(region, "blocked").output == "sent\n");
}

BOOST_AUTO_TEST_CASE(a_signal_handler_is_never_held) {
  Region region;
  const wire::Rule& rule = hold_sends(region);
  BOOST_TEST(region.run("holds", {"handler"}).output == "handled\n");
  BOOST_TEST(rule.fired.load() == 0u);
  BOOST_TEST(withheld(rule, Withheld::in_handler) == 1u);
  BOOST_TEST(region.count(Call::send, wire::event_withheld) == 1);
  BOOST_TEST(region->hold.state.load() == wire::hold_none);
}

BOOST_AUTO_TEST_CASE(a_child_in_borrowed_memory_is_never_held) {
  Region region;
  const wire::Rule& rule = hold_sends(region);
  BOOST_TEST(region.run("holds", {"vfork"}).output == "the child sent\n");
  BOOST_TEST(rule.fired.load() == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_let_go_before_is_not_held) {
  Region region;
  hold_sends(region);
  region->hold.state.store(wire::hold_released);
  BOOST_TEST(region.run("holds", {"plain"}).output == "1000 errno 7 signals 0\n");
}

BOOST_AUTO_TEST_CASE(calls_that_are_skipped_pass) {
  Region region;
  const wire::Rule& rule = hold_sends(region, 1);
  BOOST_TEST(region.run("holds", {"plain"}).output == "1000 errno 7 signals 0\n");
  BOOST_TEST(rule.seen.load() == 1u);
  BOOST_TEST(rule.fired.load() == 0u);
}

BOOST_AUTO_TEST_CASE(who_is_killed_while_held_is_gone) {
  Region region;
  hold_sends(region);
  const Ran ran = run_held(region, "plain", [&] { ::kill(region->hold.pid.load(), SIGKILL); });
  BOOST_TEST((WIFSIGNALED(ran.status) && WTERMSIG(ran.status) == SIGKILL));
  BOOST_TEST(region.totals().sent == 0u);
}
