// Made-up plans and results for tests of blame.
//
// Decides nothing: each test says what stands before what, and how each run ends.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "judge/judge.hpp"

namespace sockrig {

struct MadeUpPlan {
  std::deque<Scenario> scenarios;  // they stay where they are
  std::vector<RunSpec> runs;
  RunSpec& add(const std::string& id, std::vector<std::string> after = {}, const std::string& explains = "") {
    Scenario& s = scenarios.emplace_back();
    s.id = id;
    s.explains = explains;
    RunSpec& spec = runs.emplace_back();
    spec.scenario = std::make_shared<const Scenario>(s);
    spec.command = "server";
    spec.after = std::move(after);
    return spec;
  }
};

inline Result passed(const RunSpec& spec) {
  return unjudged(spec, Outcome::pass, "");
}
inline Result failed(const RunSpec& spec, const std::string& defect = "") {
  Result r = unjudged(spec, Outcome::fail, "it failed");
  r.diagnosis.emplace().defect = defect;
  return r;
}

}  // namespace sockrig
