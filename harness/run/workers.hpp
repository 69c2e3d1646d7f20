// Runs carried out side by side, each in a process of its own that hands back a record and nothing else.
//
// Decides nothing about verdicts, nor which run comes next. A worker that dies, hangs or writes nonsense is told as
// such; it never ends the others. The process that is inside the world with the subject is never the one that judges.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plan/run_spec.hpp"
#include "run/check.hpp"
#include "run/run.hpp"

namespace sockrig {

// What came of a run: its record, or why there is none.
struct WorkerResult {
  std::size_t run = 0;
  std::optional<Record> record;
  std::string trouble;  // "the harness failed: …"
};

class Workers {
 public:
  // Holds back SIGINT, SIGTERM and SIGHUP of this process as long as it lives: they end the runs, and interrupted()
  // says so. Throws std::system_error.
  explicit Workers(RunSettings settings);
  ~Workers();  // ends those that still run
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t running() const { return workers_.size(); }
  void start(std::size_t run, const RunSpec& spec);
  // Waits, not for ever, until something comes from one of them. What has ended comes back.
  std::vector<WorkerResult> wait();
  bool interrupted() const { return interrupted_; }

 private:
  struct Worker {
    pid_t pid = -1;
    std::size_t run = 0;
    double patience = 0;  // seconds
    Descriptor result;    // what it says is read from there
    std::string text;     // said so far
    std::chrono::steady_clock::time_point began;
  };
  WorkerResult finish(Worker& worker, bool late);
  void end_all();

  const RunSettings settings_;
  sigset_t old_mask_{};
  Descriptor signals_;
  std::vector<Worker> workers_;
  bool interrupted_ = false;
};

}  // namespace sockrig
