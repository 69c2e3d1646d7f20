// Law 3, blame before score: which run may begin, and what the failure of one makes of another.
//
// Decides by results alone, however they come in: a run whose prerequisite failed is skipped because of it; a failure
// that another claim is about (scenario key explains), and that this one shows too, is told there and nowhere else,
// whatever stands before that one.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "judge/result.hpp"
#include "plan/run_spec.hpp"

namespace sockrig {

// Runs are named by their place in the plan.
class Blame {
 public:
  explicit Blame(const std::vector<RunSpec>& plan);

  // A run that may begin now; nothing where all wait for those that run. It counts as begun.
  std::optional<std::size_t> next();
  void finished(std::size_t run, Result result);
  // Decides what can be decided. Returns the runs whose results were settled by that: nothing changes them any more.
  std::vector<std::size_t> settle();
  bool all_settled() const { return settled_ == runs_.size(); }
  const std::optional<Result>& result(std::size_t run) const { return runs_[run].result; }
  // All that there are, in the order of the plan, settled or not.
  std::vector<Result> results() const;

 private:
  struct Run {
    const RunSpec* spec = nullptr;
    std::vector<std::size_t> before;  // its prerequisites
    bool begun = false, settled = false;
    bool wanted = false;  // its result may explain another's failure: it does not wait for its prerequisites
    std::optional<Result> result;
    std::string broken_by;  // the claim whose failure makes this one pointless; "" = none
  };
  bool prerequisites_settled(const Run& run) const;
  // The claims that are about the defect of which it failed; none where it is one of them, or failed of none.
  std::vector<std::size_t> told_better_by(const Run& run) const;
  bool settle(Run& run);

  std::vector<Run> runs_;
  std::map<std::tuple<Role, std::string, std::string>, std::vector<std::size_t>> explainers_;  // role, command, defect
  std::size_t settled_ = 0;
};

}  // namespace sockrig
