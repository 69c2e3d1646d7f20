// The steps of a run as its record lists them, before any of them has begun; and whether a record can be one of a spec.
//
// Pure. It must never let a record through that the judge would take more from than it says: what the rig always writes
// is asked for here, once.
#pragma once

#include <string>
#include <vector>

#include "plan/run_spec.hpp"
#include "record/record.hpp"

namespace sockrig {

// One for each step of the whole script, line after line.
std::vector<StepRecord> planned_steps(const Script& whole_script);

// "" or where the record contradicts itself, or the spec: "/unmet/step: there are 5 steps, counted from 0".
std::string contradiction_in(const Record& record);
std::string contradiction_between(const RunSpec& spec, const Record& record);

}  // namespace sockrig
