#include "cli/campaign.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>

#include "cli/blame.hpp"
#include "judge/judge.hpp"
#include "observe/observation.hpp"
#include "reports/report.hpp"
#include "run/proc.hpp"
#include "run/region.hpp"
#include "run/run.hpp"
#include "run/sandbox.hpp"

namespace sockrig {
namespace {

using std::chrono::steady_clock;

// A worker that says nothing for so long has failed; the runner inside gives up far earlier.
constexpr double worker_seconds = 420;
constexpr double seconds_a_round = 10;  // more for each further round of a scenario that has rounds

double patience(const RunSpec& spec) {
  return worker_seconds + seconds_a_round * (spec.scenario->rounds - 1);
}

struct Worker {
  pid_t pid = -1;
  std::size_t index = 0;
  Descriptor result;
  std::string text;
  steady_clock::time_point began;
};

void keep(const std::string& directory, const RunSpec& spec, const Observation& o) {
  std::string name = spec.scenario->id + "." + std::string(to_string(spec.role));
  std::ranges::replace(name, '/', '.');
  const std::filesystem::path folder = std::filesystem::path(directory) / name;
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "output.txt", std::ios::binary) << o.record.output;
  std::ofstream steps(folder / "steps.txt");
  for (const StepRecord& s : o.record.steps) steps << s.text << (s.note.empty() ? "" : "   ") << s.note << '\n';
  std::ofstream calls(folder / "calls.txt");
  const std::uint64_t start = o.record.events.empty() ? 0 : o.record.events.front().ended_ns;
  for (const CallEvent& e : o.record.events) {
    calls << static_cast<double>(e.ended_ns - start) / 1e6 << " ms [" << e.pid << '/' << e.tid << "] " << to_string(e);
    if ((e.flags & wire::event_injected) != 0)
      calls << "   INJECTED " << (e.rule > 0 && e.rule <= o.faults.size() ? o.faults[e.rule - 1].text : "");
    if ((e.flags & wire::event_withheld) != 0) calls << "   withheld: " << to_string(e.withheld);
    calls << '\n';
  }
  if (o.record.events_dropped != 0) calls << o.record.events_dropped << " calls were not written down\n";
}

// Runs in the worker. Whatever goes wrong becomes an error result.
Result work(const RunSpec& spec, const CampaignOptions& options) {
  try {
    const Observation o = observe(spec, run_scenario(spec, {options.namespaces, options.shim}));
    Result r = judge(spec, o);
    r.duration_ms = o.record.duration_ms;
    if (!options.keep_directory.empty()) keep(options.keep_directory, spec, o);
    return r;
  } catch (const std::exception& e) {
    return unjudged(spec, Outcome::error, std::string("the harness failed: ") + e.what());
  }
}

Worker start_worker(const RunSpec& spec, std::size_t index, const CampaignOptions& options, const sigset_t& old_mask) {
  auto [read_end, write_end] = Pipe();
  Worker w;
  w.index = index;
  w.result = std::move(read_end);
  w.began = steady_clock::now();
  const pid_t parent = ::getpid();
  w.pid = check("fork", ::fork());
  if (w.pid != 0) return w;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  ::setpgid(0, 0);  // the terminal's Ctrl-C is the campaign's to handle
  ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
  w.result.reset();
  const std::string text = result_to_json(work(spec, options));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t put = ::write(write_end.get(), text.data() + done, text.size() - done);
    if (put < 0 && errno != EINTR) ::_exit(1);
    if (put > 0) done += static_cast<std::size_t>(put);
  }
  ::_exit(0);
}

// What it started goes first: a process that holds up its parent inside the kernel holds it up no longer.
void end_worker(const Worker& w) {
  for (int i = 0; i < 3; ++i) signal_all(descendants(w.pid), SIGKILL);
  ::kill(w.pid, SIGKILL);
}

Result finish_worker(Worker& w, const RunSpec& spec, bool late) {
  if (late) end_worker(w);
  int status = 0;
  while (::waitpid(w.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (late)
    return unjudged(
        spec, Outcome::error,
        "the harness failed: its worker said nothing for " + std::to_string(static_cast<int>(patience(spec))) + " s");
  if (std::optional<Result> r = result_from_json(w.text)) return std::move(*r);
  remove_regions_of(w.pid);
  const std::string how =
      WIFSIGNALED(status) ? to_string(Ending{true, WTERMSIG(status)}) : to_string(Ending{false, WEXITSTATUS(status)});
  return unjudged(spec, Outcome::error, "the harness failed: its worker " + how + " without a result");
}

}  // namespace

std::vector<Result> run_campaign(const std::vector<RunSpec>& plan, const CampaignOptions& options,
                                 const std::function<void(const RunSpec&)>& on_start,
                                 const std::function<void(const Result&)>& on_result, bool& interrupted) {
  sigset_t stop_signals, old_mask;
  ::sigemptyset(&stop_signals);
  for (const int s : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&stop_signals, s);
  ::sigprocmask(SIG_BLOCK, &stop_signals, &old_mask);
  const Descriptor signals(check("signalfd", ::signalfd(-1, &stop_signals, SFD_CLOEXEC | SFD_NONBLOCK)));

  adopt_orphans();

  Blame blame(plan);
  std::vector<Worker> workers;
  interrupted = false;
  const auto settle = [&] {
    for (const std::size_t i : blame.settle()) on_result(*blame.result(i));
  };
  while (settle(), !blame.all_settled()) {
    while (workers.size() < static_cast<std::size_t>(std::max(1, options.jobs))) {
      const std::optional<std::size_t> i = blame.next();
      if (!i) break;
      on_start(plan[*i]);
      workers.push_back(start_worker(plan[*i], *i, options, old_mask));
    }
    std::vector<pollfd> fds{{signals.get(), POLLIN, 0}};
    for (const Worker& w : workers) fds.push_back({w.result.get(), POLLIN, 0});
    ::poll(fds.data(), fds.size(), 1000);
    if (fds[0].revents != 0) {
      interrupted = true;
      for (Worker& w : workers) {
        end_worker(w);
        ::waitpid(w.pid, nullptr, 0);
        remove_regions_of(w.pid);
      }
      workers.clear();
      end_all_below();  // without namespaces the orphans have come to us
      break;
    }
    for (std::size_t i = 0; i < workers.size(); ++i) {
      Worker& w = workers[i];
      const bool late = std::chrono::duration<double>(steady_clock::now() - w.began).count() > patience(plan[w.index]);
      bool ended = late;
      if (fds[i + 1].revents != 0) {
        char buffer[65536];
        const ssize_t got = ::read(w.result.get(), buffer, sizeof buffer);
        if (got > 0)
          w.text.append(buffer, static_cast<std::size_t>(got));
        else if (got == 0)
          ended = true;
      }
      if (!ended) continue;
      blame.finished(w.index, finish_worker(w, plan[w.index], late));
      w.pid = -1;
    }
    std::erase_if(workers, [](const Worker& w) { return w.pid < 0; });
  }
  // What is still pending would end us as soon as it is let through, before any report is written.
  for (signalfd_siginfo taken; ::read(signals.get(), &taken, sizeof taken) > 0;) {
  }
  ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
  return blame.results();
}

}  // namespace sockrig
