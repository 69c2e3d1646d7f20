// Law 3, blame before score: which run may begin, and what the failure of one makes of another.
//
// Decides by results alone: a run whose prerequisite failed is skipped because of it; a failure that another claim is
// about (scenario key explains), and that this one shows too, is told there and nowhere else, whatever stands before
// that one. The order in which results come in must never change what is made of them: blame() makes the same of them
// afterwards. Each run and each prerequisite is looked at a few times, however many there are.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "judge/result.hpp"
#include "plan/run_spec.hpp"

namespace sockrig {

// What became of a run.
struct Judged {
  std::optional<Result> raw;  // what it showed itself; none where it did not run
  Result settled;             // what blame made of that: what is reported
  bool wanted = false;        // it ran only because another failed of what it is about: its prerequisites did not hold
};

// Of the raw results of a plan, in its order, what the campaign made of them as they came in. Where one is absent
// though blame needs it, the run is inconclusive: it was not run. One that blame does not need changes nothing.
// Throws std::invalid_argument if a result is not of the run in whose place it stands.
std::vector<Judged> blame(const std::vector<RunSpec>& plan, const std::vector<std::optional<Result>>& raw);

// Runs are named by their place in the plan, which must outlive this.
class Blame {
 public:
  explicit Blame(const std::vector<RunSpec>& plan);

  // The first of the runs that may begin now; nothing where all wait for those that run. It counts as begun.
  std::optional<std::size_t> next();
  // Of a run that has begun: what it showed, or that nobody ran it.
  void finished(std::size_t run, Result raw);
  void not_run(std::size_t run);
  // The runs that were settled since it was last asked: nothing changes their results any more.
  std::vector<std::size_t> settle() { return std::exchange(newly_settled_, {}); }
  bool all_settled() const { return settled_ == runs_.size(); }

  // As it is reported: of a run that is not settled yet, what it showed itself.
  const std::optional<Result>& result(std::size_t run) const;
  // It was begun though its prerequisites do not hold, or are not known to: only because another failed.
  bool wanted(std::size_t run) const;
  // All that have a result, in the order of the plan, settled or not.
  std::vector<Judged> judged() const;

  std::size_t visits() const { return visits_; }  // of runs and of what ties them: how much was looked at so far

 private:
  // waiting: for its prerequisites, or held back. finished: it showed something, and blame may yet change that.
  enum class State { waiting, ready, running, finished, settled };
  struct Run {
    const RunSpec* spec = nullptr;
    std::size_t program = 0;
    std::vector<std::size_t> before, dependents;  // its prerequisites, and whose prerequisite it is
    std::size_t unsettled = 0;                    // prerequisites
    bool broken = false;                          // one of its prerequisites failed, or is broken itself
    State state = State::waiting;
    std::optional<Result> raw;
    std::optional<Result> instead;  // what blame made of it, where that is something else
    std::string broken_by;          // the failed claim, itself or another, that breaks its dependents; "" = none
  };
  // What claims of one program may fail of and some are about. All who fail of it get the same answer.
  struct Defect {
    std::vector<std::size_t> explainers;
    std::size_t heard = 0;                // explainers that came first and do not show it
    std::optional<std::size_t> shown_by;  // the first explainer that shows it, once all before it were heard
    bool wanted = false;                  // somebody failed of it: its explainers run whatever stands before them
    std::vector<std::size_t> askers;      // finished runs that wait for the answer
    bool answered() const { return shown_by || heard == explainers.size(); }
  };
  struct Program {
    std::size_t alive = 0;               // runs that are ready or running: they may want an explainer yet
    std::vector<std::size_t> held_back;  // explainers to no purpose, unless they are wanted
    bool over = false;                   // nothing of it will run any more
  };

  void begin_later(std::size_t run);
  void ended(std::size_t run);
  // The defect that it failed of, if other claims are about it; nullptr = none, or it is one of them.
  Defect* told_better_by(const Run& run);
  void ask(Defect& defect, std::size_t asker);
  void answer(Defect& defect);  // as far as its explainers have ended
  void work_off(Program& program);
  void look_at(std::size_t run);
  void look_at_waiting(std::size_t run);
  void look_at_finished(std::size_t run);
  Result& skip(std::size_t run, const std::string& because, const std::string& reason);
  void skip_as_broken(std::size_t run);
  void settled(std::size_t run);
  std::string first_broken(const Run& run);

  std::vector<Run> runs_;
  std::vector<Program> programs_;
  std::map<std::pair<std::size_t, std::string>, Defect> defects_;  // of a program
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready_;
  std::queue<std::size_t> to_look_at_;
  std::vector<std::size_t> newly_settled_;
  std::size_t settled_ = 0;
  std::size_t visits_ = 0;
};

}  // namespace sockrig
