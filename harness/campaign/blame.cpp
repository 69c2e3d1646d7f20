#include "campaign/blame.hpp"

#include <algorithm>

#include "judge/judge.hpp"

namespace sockrig {
namespace {

std::string defect_of(const std::optional<Result>& r) {
  return r && r->outcome == Outcome::fail && r->diagnosis ? r->diagnosis->defect : std::string();
}

}  // namespace

Blame::Blame(const std::vector<RunSpec>& plan) : runs_(plan.size()) {
  // A plan may hold several programs of a role: each waits for its own.
  std::map<std::tuple<std::string, Role, std::string>, std::size_t> index;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    index[{plan[i].scenario->id, plan[i].role, plan[i].command}] = i;
    if (const std::string& defect = plan[i].scenario->explains; !defect.empty() && plan[i].skip.empty())
      explainers_[{plan[i].role, plan[i].command, defect}].push_back(i);
  }
  for (std::size_t i = 0; i < plan.size(); ++i) {
    runs_[i].spec = &plan[i];
    for (const std::string& id : plan[i].after) {
      if (const auto found = index.find({id, plan[i].role, plan[i].command}); found != index.end())
        runs_[i].before.push_back(found->second);
    }
  }
}

bool Blame::prerequisites_settled(const Run& run) const {
  return std::ranges::all_of(run.before, [&](std::size_t b) { return runs_[b].settled; });
}

std::optional<std::size_t> Blame::next() {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    Run& run = runs_[i];
    if (run.begun || run.settled || (!run.wanted && !prerequisites_settled(run))) continue;
    run.begun = true;
    return i;
  }
  return {};
}

std::vector<std::size_t> Blame::told_better_by(const Run& run) const {
  const std::string defect = defect_of(run.result);
  if (defect.empty() || run.spec->scenario->explains == defect) return {};
  const auto found = explainers_.find({run.spec->role, run.spec->command, defect});
  return found == explainers_.end() ? std::vector<std::size_t>() : found->second;
}

void Blame::finished(std::size_t run, Result result) {
  result.index = run;
  runs_[run].result = std::move(result);
  for (const std::size_t e : told_better_by(runs_[run])) runs_[e].wanted = true;
}

// What is not begun waits for its prerequisites; what has a result, for those that may explain it.
bool Blame::settle(Run& run) {
  const auto skip = [&](const std::string& because, const std::string& reason) -> Result& {
    run.broken_by = because;
    run.settled = true;
    run.result = unjudged(*run.spec, Outcome::skipped, reason);
    run.result->index = static_cast<std::size_t>(&run - runs_.data());
    return *run.result;
  };
  const std::string defect = defect_of(run.result);
  if (!defect.empty() && run.spec->scenario->explains == defect) return run.settled = true;
  for (const std::size_t e : told_better_by(run)) {
    const std::optional<Result>& other = runs_[e].result;
    if (!other) return false;
    if (defect_of(other) != defect) continue;
    skip(other->id, "explained by " + other->id + ", which failed").explained_by = other->id;
    return true;
  }
  if ((run.begun && !run.result) || !prerequisites_settled(run)) return false;
  std::string broken;
  for (const std::size_t b : run.before) {
    const Run& first = runs_[b];
    if (broken.empty()) broken = first.result->outcome == Outcome::fail ? first.result->id : first.broken_by;
  }
  if (!run.spec->skip.empty())
    skip(broken, run.spec->skip).no_private_network = run.spec->no_private_network;
  else if (!broken.empty())
    skip(broken, "depends on " + broken + ", which failed").broken_by = broken;
  return run.settled = run.result.has_value();
}

std::vector<std::size_t> Blame::settle() {
  std::vector<std::size_t> out;
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (runs_[i].settled || !settle(runs_[i])) continue;
      out.push_back(i);
      more = true;
    }
  }
  settled_ += out.size();
  return out;
}

std::vector<Result> Blame::results() const {
  std::vector<Result> out;
  for (const Run& run : runs_) {
    if (run.result) out.push_back(*run.result);
  }
  return out;
}

}  // namespace sockrig
