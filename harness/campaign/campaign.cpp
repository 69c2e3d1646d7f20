#include "campaign/campaign.hpp"

#include <algorithm>
#include <exception>

#include "judge/judge.hpp"
#include "observe/observation.hpp"
#include "run/workers.hpp"

namespace sockrig {

Result judged_alone(const RunSpec& spec, std::size_t run, std::optional<Record> record, const std::string& trouble) {
  Result r;
  if (!record) {
    r = unjudged(spec, Outcome::error, trouble);
  } else {
    const double duration_ms = record->duration_ms;
    try {
      r = judge(spec, observe(spec, std::move(*record)));
      r.duration_ms = duration_ms;
    } catch (const std::exception& e) {
      r = unjudged(spec, Outcome::error, std::string("the harness failed: it could not judge: ") + e.what());
    }
  }
  r.index = run;
  return r;
}

CampaignOutcome run_campaign(const std::vector<RunSpec>& plan, const CampaignOptions& options,
                             const CampaignEvents& events) {
  CampaignOutcome out;
  Blame blame(plan);
  Workers workers({options.namespaces, options.shim});
  const auto settle = [&] {
    for (const std::size_t i : blame.settle()) events.settled(*blame.result(i));
  };
  while (settle(), !blame.all_settled() && !workers.interrupted()) {
    while (workers.running() < static_cast<std::size_t>(std::max(1, options.jobs))) {
      const std::optional<std::size_t> run = blame.next();
      if (!run) break;
      events.started(*run);
      out.order.push_back(*run);
      workers.start(*run, plan[*run]);
    }
    for (WorkerResult& f : workers.wait()) {
      events.over(f.run, f.record ? &*f.record : nullptr, f.trouble);
      blame.finished(f.run, judged_alone(plan[f.run], f.run, std::move(f.record), f.trouble));
    }
  }
  out.interrupted = workers.interrupted();
  out.judged = blame.judged();
  return out;
}

std::vector<Result> results_of(const std::vector<Judged>& judged) {
  std::vector<Result> out;
  for (const Judged& j : judged) out.push_back(j.settled);
  return out;
}

}  // namespace sockrig
