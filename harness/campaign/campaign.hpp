// Runs a plan: which run comes next, each record judged as it comes, and what blame makes of the results.
//
// Decides nothing about verdicts. A run that brought no record becomes an `error` result; it never ends the campaign.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/blame.hpp"
#include "judge/result.hpp"
#include "plan/run_spec.hpp"
#include "record/record.hpp"

namespace sockrig {

struct CampaignOptions {
  int jobs = 1;
  bool namespaces = true;  // use them (Machine::namespaces)
  std::string shim;        // path of the shim library
};

// What is told while it goes on. Runs are named by their place in the plan.
struct CampaignEvents {
  std::function<void(std::size_t run)> started = [](std::size_t) {};
  // It is over: its record, or null and why there is none. Told before anything is made of it.
  std::function<void(std::size_t run, const Record* record, const std::string& trouble)> over =
      [](std::size_t, const Record*, const std::string&) {};
  std::function<void(const Result&)> settled = [](const Result&) {};  // nothing changes it any more
};

struct CampaignOutcome {
  std::vector<Judged> judged;      // in the order of the plan; fewer where it was interrupted
  std::vector<std::size_t> order;  // the runs in the order in which they began
  bool interrupted = false;        // by SIGINT, SIGTERM or SIGHUP
};
CampaignOutcome run_campaign(const std::vector<RunSpec>& plan, const CampaignOptions& options,
                             const CampaignEvents& events);

// What a run showed: of its record, or of why there is none.
Result judged_alone(const RunSpec& spec, std::size_t run, std::optional<Record> record, const std::string& trouble);

std::vector<Result> results_of(const std::vector<Judged>& judged);

}  // namespace sockrig
