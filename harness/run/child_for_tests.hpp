// Children that tests make to look at.
//
// Decides nothing. Whatever a child waits for, it ends with the test.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "run/check.hpp"
#include "run/proc.hpp"

namespace sockrig {

class Child {
 public:
  explicit Child(const std::function<void()>& body) : pid_(check("fork", ::fork())) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    body();
    ::_exit(0);
  }
  ~Child() {
    if (ended_) return;
    const std::vector<pid_t> below = descendants(pid_);
    ::kill(pid_, SIGKILL);
    for (const pid_t p : below) ::kill(p, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  pid_t pid() const { return pid_; }
  void end() {  // waits until it ended by itself; its number stays known
    ::waitpid(pid_, nullptr, 0);
    ended_ = true;
  }

 private:
  pid_t pid_ = -1;
  bool ended_ = false;
};

[[noreturn]] inline void pause_for_ever() {
  for (;;) ::pause();
}

[[noreturn]] inline void work_for_ever() {
  for (std::atomic<unsigned> n = 0;;) ++n;
}

// Looks until it is so. The bound is there so that a failing test ends; it is never what a test is about.
inline bool until(const std::function<bool()>& holds) {
  using std::chrono::steady_clock;
  for (const auto begin = steady_clock::now(); steady_clock::now() - begin < std::chrono::minutes(1);) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace sockrig
