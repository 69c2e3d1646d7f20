// Runs a plan: each scenario in a process of its own, some side by side, and gathers the results.
//
// Decides nothing about verdicts. A worker that dies, hangs or writes nonsense becomes an `error` result; it never
// ends the campaign.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "judge/result.hpp"
#include "plan/run_spec.hpp"

namespace sockrig {

struct CampaignOptions {
  int jobs = 1;
  bool namespaces = true;      // use them (Machine::namespaces)
  std::string shim;            // path of the shim library
  std::string keep_directory;  // "": nothing is kept; else DIR/ID.ROLE/ gets output, timeline, observation
};

// Results in plan order. `on_start` and `on_result` are called as it happens (for progress). SIGINT and SIGTERM end it
// early: the results so far come back and `interrupted` is set.
std::vector<Result> run_campaign(const std::vector<RunSpec>& plan, const CampaignOptions& options,
                                 const std::function<void(const RunSpec&)>& on_start,
                                 const std::function<void(const Result&)>& on_result, bool& interrupted);

}  // namespace sockrig
