#include "run/workers.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "record/record_file.hpp"
#include "run/activity.hpp"
#include "run/proc.hpp"
#include "run/region.hpp"
#include "run/sandbox.hpp"
#include "run/subject.hpp"

namespace sockrig {
namespace {

using std::chrono::steady_clock;

// A worker that says nothing for so long has failed; the runner inside gives up far earlier.
constexpr double worker_seconds = 420;
constexpr double seconds_a_round = 10;  // more for each further round of a scenario that has rounds

// The first byte of what a worker says: a packed record follows, or the words of an exception.
constexpr char has_record = 'r', has_failed = 'f';

std::string carried_out(const RunSpec& spec, const RunSettings& settings) {
  try {
    return has_record + packed(run_scenario(spec, settings));
  } catch (const std::exception& e) {
    return has_failed + std::string(e.what());
  }
}

[[noreturn]] void work(const RunSpec& spec, const RunSettings& settings, int out) {
  const std::string text = carried_out(spec, settings);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t put = ::write(out, text.data() + done, text.size() - done);
    if (put < 0 && errno != EINTR) ::_exit(1);
    if (put > 0) done += static_cast<std::size_t>(put);
  }
  ::_exit(0);
}

// What it started goes first: a process that holds up its parent inside the kernel holds it up no longer.
void end_worker(pid_t pid) {
  for (int i = 0; i < 3; ++i) signal_all(descendants(pid), SIGKILL);
  ::kill(pid, SIGKILL);
}

}  // namespace

Workers::Workers(RunSettings settings) : settings_(std::move(settings)) {
  sigset_t stop_signals;
  ::sigemptyset(&stop_signals);
  for (const int s : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&stop_signals, s);
  signals_ = Descriptor(check("signalfd", ::signalfd(-1, &stop_signals, SFD_CLOEXEC | SFD_NONBLOCK)));
  ::sigprocmask(SIG_BLOCK, &stop_signals, &old_mask_);
  adopt_orphans();
}

Workers::~Workers() {
  end_all();
  // What is still pending would end us as soon as it is let through, before any report is written.
  for (signalfd_siginfo taken; ::read(signals_.get(), &taken, sizeof taken) > 0;) {
  }
  ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void Workers::start(std::size_t run, const RunSpec& spec) {
  auto [read_end, write_end] = Pipe();
  Worker w;
  w.run = run;
  w.patience = worker_seconds + seconds_a_round * (spec.scenario->rounds - 1);
  w.result = std::move(read_end);
  w.began = steady_clock::now();
  const pid_t parent = ::getpid();
  w.pid = check("fork", ::fork());
  if (w.pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::setpgid(0, 0);  // the terminal's Ctrl-C is the campaign's to handle
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    w.result.reset();
    work(spec, settings_, write_end.get());
  }
  workers_.push_back(std::move(w));
}

std::vector<WorkerResult> Workers::wait() {
  std::vector<pollfd> fds{{signals_.get(), POLLIN, 0}};
  for (const Worker& w : workers_) fds.push_back({w.result.get(), POLLIN, 0});
  ::poll(fds.data(), fds.size(), 1000);
  if (fds[0].revents != 0) {
    interrupted_ = true;
    end_all();
    return {};
  }
  std::vector<WorkerResult> out;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker& w = workers_[i];
    const bool late = seconds_since(w.began) > w.patience;
    bool ended = late;
    if (fds[i + 1].revents != 0) {
      char buffer[65536];
      const ssize_t got = ::read(w.result.get(), buffer, sizeof buffer);
      if (got > 0)
        w.text.append(buffer, static_cast<std::size_t>(got));
      else if (got == 0)
        ended = true;
    }
    if (ended) out.push_back(finish(w, late));
  }
  std::erase_if(workers_, [](const Worker& w) { return w.pid < 0; });
  return out;
}

WorkerResult Workers::finish(Worker& w, bool late) {
  if (late) end_worker(w.pid);
  int status = 0;
  while (::waitpid(w.pid, &status, 0) < 0 && errno == EINTR) {
  }
  WorkerResult out{w.run, std::nullopt, "the harness failed: "};
  const std::string_view said(w.text);
  if (late) {
    out.trouble += "its worker said nothing for " + std::to_string(static_cast<int>(w.patience)) + " s";
  } else if (said.starts_with(has_failed)) {
    out.trouble += said.substr(1);
  } else {
    std::string problem = "nothing";
    if (said.starts_with(has_record)) out.record = unpacked(said.substr(1), problem);
    if (!out.record) {
      remove_regions_of(w.pid);
      const Ending end = WIFSIGNALED(status) ? Ending{true, WTERMSIG(status)} : Ending{false, WEXITSTATUS(status)};
      out.trouble += "its worker " + to_string(end) + " without a record (" + problem + ")";
    }
  }
  if (out.record) out.trouble.clear();
  w.pid = -1;
  return out;
}

void Workers::end_all() {
  for (Worker& w : workers_) {
    end_worker(w.pid);
    ::waitpid(w.pid, nullptr, 0);
    remove_regions_of(w.pid);
  }
  // Without namespaces the orphans have come to us.
  if (!workers_.empty()) end_all_below();
  workers_.clear();
}

}  // namespace sockrig
