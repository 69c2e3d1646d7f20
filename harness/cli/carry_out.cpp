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

// Keeps runs as long as that can be done: a disk that is full costs what would be kept, and no result.
class Keeping {
 public:
  Keeping(std::unique_ptr<Keeper> keeper, std::ostream& err) : keeper_(std::move(keeper)), err_(err) {}
  bool failed() const { return failed_; }
  void began(std::size_t run) {
    if (keeper_) keeper_->began(run);
  }
  void over(std::size_t run, const Record* record, const std::string& trouble) {
    guarded([&] { keeper_->over(run, record, trouble); });
  }
  // With the results as they are now: who judges again compares with them.
  void finish(const RunResult& run, const std::vector<Judged>& judged) {
    guarded([&] {
      keeper_->finish(run, judged);
      const std::string problem = OutputFile(keeper_->file("results.json")).write(find_report("json")->render(run, {}));
      if (!problem.empty()) throw std::runtime_error(problem);
    });
  }

 private:
  template <typename Work>
  void guarded(Work work) {
    if (!keeper_ || failed_) return;
    try {
      work();
    } catch (const std::exception& e) {
      err_ << "sockrig: --keep: " << e.what() << "; nothing more is kept\n";
      failed_ = true;
    }
  }
  std::unique_ptr<Keeper> keeper_;
  std::ostream& err_;
  bool failed_ = false;
};

}  // namespace

Machine machine_for(SandboxChoice choice) {
  Machine machine = probe_machine(choice);
  if (choice != SandboxChoice::namespaces || machine.namespaces) return machine;
  throw Refusal(fmt::format("--sandbox namespaces: not possible here: {}\n{}", machine.why_not, namespace_advice()));
}

int carry_out(const CarryOut& what, std::ostream& out, std::ostream& err) {
  RunResult run = about(what);
  Keeping keeping(keeper_for(what, run), err);  // first: it wants an empty folder, and reports may go there too
  OpenReports reports(what.reports);
  const auto start = std::chrono::steady_clock::now();
  CampaignOutcome outcome;
  {
    Progress progress(err, terminal_of(err), what.plan.size());
    CampaignEvents events;
    events.started = [&](std::size_t i) {
      progress.started(what.plan[i]);
      keeping.began(i);
    };
    events.settled = [&](const Result& result) { progress.finished(result); };
    events.over = [&](std::size_t i, const Record* record, const std::string& why) { keeping.over(i, record, why); };
    outcome = run_campaign(
        what.plan,
        {.jobs = what.jobs > 0 ? what.jobs : cores(), .namespaces = what.machine.namespaces, .shim = what.shim},
        events);
  }
  run.results = results_of(outcome.judged);
  run.interrupted = outcome.interrupted;
  run.duration_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  const bool written = reports.write(run, out, err);
  keeping.finish(run, outcome.judged);
  return written && !keeping.failed() ? exit_code(run) : 5;
}

}  // namespace sockrig
