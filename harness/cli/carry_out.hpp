// A plan carried out for somebody who watches: progress on standard error, the runs kept if that is asked for, reports
// in the end.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "cli/paths.hpp"
#include "cli/report_options.hpp"
#include "plan/run_spec.hpp"
#include "run/sandbox.hpp"

namespace sockrig {

// What the machine allows of what was asked for. Throws Refusal where that is not enough.
Machine machine_for(SandboxChoice choice);

struct CarryOut {
  std::vector<RunSpec> plan;
  Machine machine;
  std::string shim;  // path of the library
  int jobs = 0;      // 0: one a core
  std::uint64_t seed = 1;
  std::map<Role, std::string> commands;
  std::string dialogue;        // its file; "" = none
  std::string keep_directory;  // "" = nothing is kept
  ReportOptions reports;
};
// Returns the exit code. Throws Refusal before anything has run.
int carry_out(const CarryOut& what, std::ostream& out, std::ostream& err);

}  // namespace sockrig
