#include "cli/carry_out.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <ostream>

#include "campaign/campaign.hpp"
#include "campaign/kept.hpp"
#include "cli/machine_checks.hpp"
#include "cli/progress.hpp"
#include "cli/refusal.hpp"
#include "run/check.hpp"
#include "version.hpp"

namespace sockrig {
namespace {

int cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::string kernel_name() {
  utsname name{};
  check("uname", ::uname(&name));
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

RunResult about(const CarryOut& what) {
  RunResult run;
  run.sockrig_version = version;
  run.kernel = kernel_name();
  run.sandbox = what.machine.namespaces ? "namespaces" : fmt::format("none ({})", what.machine.why_not);
  run.engine = "preload";
  run.seed = what.seed;
  for (const auto& [role, command] : what.commands) run.subject[std::string(to_string(role))] = command;
  run.dialogue = what.dialogue;
  return run;
}

std::unique_ptr<Keeper> keeper_for(const CarryOut& what, const RunResult& run) {
  if (what.keep_directory.empty()) return nullptr;
  try {
    return std::make_unique<Keeper>(what.keep_directory, what.plan, run);
  } catch (const std::exception& e) {
    throw Refusal(fmt::format("--keep: {}", e.what()));
  }
}

// Results as they were when they were kept: who judges again compares with them.
void keep_results(const Keeper& keeper, const RunResult& run) {
  const std::string file = keeper.file("results.json");
  const std::string problem = OutputFile(file).write(find_report("json")->render(run, {}));
  if (!problem.empty()) throw std::runtime_error(problem);
}

}  // namespace

Machine machine_for(SandboxChoice choice) {
  Machine machine = probe_machine(choice);
  if (choice != SandboxChoice::namespaces || machine.namespaces) return machine;
  throw Refusal(fmt::format("--sandbox namespaces: not possible here: {}\n{}", machine.why_not, namespace_advice()));
}

int carry_out(const CarryOut& what, std::ostream& out, std::ostream& err) {
  OpenReports reports(what.reports);
  RunResult run = about(what);
  const std::unique_ptr<Keeper> keeper = keeper_for(what, run);
  const auto start = std::chrono::steady_clock::now();
  CampaignOutcome outcome;
  {
    Progress progress(err, terminal_of(err), what.plan.size());
    CampaignEvents events;
    events.started = [&](std::size_t i) {
      progress.started(what.plan[i]);
      if (keeper) keeper->began(i);
    };
    events.settled = [&](const Result& result) { progress.finished(result); };
    if (keeper)
      events.over = [&](std::size_t i, const Record* record, const std::string& why) { keeper->over(i, record, why); };
    outcome = run_campaign(
        what.plan,
        {.jobs = what.jobs > 0 ? what.jobs : cores(), .namespaces = what.machine.namespaces, .shim = what.shim},
        events);
  }
  run.results = results_of(outcome.judged);
  run.interrupted = outcome.interrupted;
  run.duration_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  bool all = reports.write(run, out, err);
  if (keeper) {
    try {
      keeper->finish(run, outcome.judged);
      keep_results(*keeper, run);
    } catch (const std::exception& e) {
      err << "sockrig: --keep: " << e.what() << '\n';
      all = false;
    }
  }
  return all ? exit_code(run) : 5;
}

}  // namespace sockrig
