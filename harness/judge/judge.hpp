// From what was seen to a verdict. Pure: the same scenario and observation always give the same result.
#pragma once

#include "judge/result.hpp"
#include "observe/observation.hpp"

namespace sockrig {

// Everything of a Result but duration_ms.
Result judge(const RunSpec& spec, const Observation& observation);

// A result for a run that did not take place (`spec.skip`) or in which the harness failed.
Result unjudged(const RunSpec& spec, Outcome outcome, std::string reason);

// What was wrong, for a record that contradicts the claim.
Diagnosis diagnose(const RunSpec& spec, const Observation& observation);

}  // namespace sockrig
