// `sockrig exec`: any program, run by hand under faults, in the terminal that it was started from.
//
// There is no sandbox and no verdict: the program keeps the terminal, the signals and its exit status.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cstring>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "faults/fault.hpp"
#include "observe/observation.hpp"
#include "observe/trace_line.hpp"
#include "run/check.hpp"
#include "run/program_file.hpp"
#include "run/region.hpp"

namespace sockrig {
namespace {

namespace po = boost::program_options;

constexpr int poll_ms = 5;  // how often the ring is emptied while the program runs

struct ExecOptions {
  std::vector<Fault> faults;
  bool trace = false;
  std::uint64_t seed = 1;
  std::vector<std::string> program;
};

int refuse(std::ostream& err, const std::string& problem) {
  err << "sockrig exec: " << problem << "\nTry 'sockrig exec --help'.\n";
  return 2;
}

std::optional<int> take(const po::variables_map& given, ExecOptions& options, std::ostream& err) {
  options.trace = given.count("trace") != 0;
  if (given.count("seed") != 0) {
    const std::string& word = given["seed"].as<std::string>();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), options.seed);
    if (error != std::errc{} || end != word.data() + word.size())
      return refuse(err, fmt::format("--seed: '{}' is not a number", word));
  }
  if (given.count("fault") == 0) return std::nullopt;
  for (const std::string& text : given["fault"].as<std::vector<std::string>>()) {
    Fault fault;
    if (const std::string problem = parse_fault(text, fault); !problem.empty())
      return refuse(err, fmt::format("--fault '{}': {}", text, problem));
    if (fault.rule.verb == wire::Verb::hold)
      return refuse(err, fmt::format("--fault '{}': by hand nobody would let it go: it needs a scenario", text));
    options.faults.push_back(std::move(fault));
  }
  if (options.faults.size() > wire::max_rules) return refuse(err, fmt::format("at most {} faults", wire::max_rules));
  return std::nullopt;
}

std::optional<int> parse(const std::vector<std::string>& arguments, ExecOptions& options, std::ostream& out,
                         std::ostream& err) {
  const CommandUsage usage{
      .command = "exec",
      .synopsis = "[OPTION…] -- PROGRAM [ARGUMENT…]",
      .description =
          "Runs a program by hand under faults. The terminal and the signals are the program's; its exit status is "
          "the\n"
          "command's (128 + N if signal N killed it, 127 if there is no such program, 126 if it cannot be started).\n"
          "What was injected is told on standard error at the end. 'sockrig explain --faults' lists the faults.",
      .words = "program",
      .examples =
          "sockrig exec --fault 'short-recv bytes=1' --trace -- ./client localhost 7000\n"
          "sockrig exec -f 'short-send part=random' -f 'interrupted call=recv' --seed 7 -- ./server 7000\n"
          "sockrig exec -f 'short-recv bytes=1 connection=2 at=3' --trace -- ./server 7000"};
  po::options_description known;
  known.add_options()("fault,f", po::value<std::vector<std::string>>()->composing()->value_name("FAULT"),
                      "inject it: 'short-recv bytes=1'; may be given several times");
  known.add_options()("trace,t", "print each call on standard error as it happens");
  known.add_options()("seed", po::value<std::string>()->value_name("S"),
                      "what every random decision is made from (default: 1)");
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  po::variables_map given;
  std::vector<std::string> words;
  if (const auto code = parse_options({arguments.begin(), dashes}, usage, known, given, words, out, err)) {
    if (*code != 0 && dashes == arguments.end()) err << "The program and its own options stand after '--'.\n";
    return code;
  }
  if (!words.empty())
    return refuse(err, fmt::format("write '--' in front of the program: sockrig exec -- {}", words.front()));
  if (const auto code = take(given, options, err)) return code;
  if (dashes != arguments.end()) options.program.assign(dashes + 1, arguments.end());
  if (options.program.empty()) return refuse(err, "no program: write it after '--'");
  return std::nullopt;
}

// In the child, between fork and exec. Returns errno.
int become(const ExecOptions& options, const std::vector<std::string>& environment, const sigset_t& mask) {
  std::vector<std::string> words = options.program;
  std::vector<char*> pointers;
  for (std::string& w : words) pointers.push_back(w.data());
  pointers.push_back(nullptr);
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    ::setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
  }
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execvp(pointers[0], pointers.data());
  return errno;
}

// Tells apart, without a race, a program that could not be started from one that ended at once.
pid_t start(const ExecOptions& options, const std::vector<std::string>& environment, const sigset_t& mask, int& error) {
  auto [read_end, write_end] = Pipe();
  const pid_t child = check("fork", ::fork());
  if (child == 0) {
    const int problem = become(options, environment, mask);
    (void)!::write(write_end.get(), &problem, sizeof problem);
    ::_exit(127);
  }
  write_end.reset();
  error = 0;
  ssize_t got = 0;
  do got = ::read(read_end.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof error)) error = 0;
  if (error != 0) ::waitpid(child, nullptr, 0);
  return child;
}

void print_events(Region& region, const ExecOptions& options, std::ostream& err) {
  std::string text;  // written at once, so that the program's own lines do not fall into ours
  for (const CallEvent& e : region.drain()) {
    if (options.trace) text += fmt::format("[{}] {}\n", e.pid, trace_line(e, options.faults, "", true));
  }
  if (!text.empty()) err << text << std::flush;
}

// Waits for its end; meanwhile empties the ring, and hands on signals that were meant for it. SIGINT and SIGQUIT from
// the terminal (the kernel's: a positive code) reach both without us; what somebody sent to us alone does not.
int wait_for_end(pid_t child, Region& region, const ExecOptions& options, int signals, std::ostream& err) {
  const Descriptor process(check("pidfd_open", static_cast<int>(::syscall(SYS_pidfd_open, child, 0))));
  for (;;) {
    pollfd fds[] = {{process.get(), POLLIN, 0}, {signals, POLLIN, 0}};
    ::poll(fds, 2, poll_ms);
    signalfd_siginfo info{};
    while (::read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      if (info.ssi_code <= 0 || info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP)
        ::kill(child, static_cast<int>(info.ssi_signo));
    }
    print_events(region, options, err);
    if (fds[0].revents == 0) continue;
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) {
      print_events(region, options, err);
      return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
  }
}

void print_summary(const Region& region, const ExecOptions& options, pid_t child, std::ostream& err) {
  const wire::Region& memory = region.memory();
  if (!region.attached(child)) {
    const bool others = memory.process_count.load() > 0;
    err << fmt::format("sockrig: the shim did not get into {}{}: {}\n", options.program[0],
                       others ? " itself, only into its children" : "", why_not_preloaded(options.program[0]));
    if (!others) err << "sockrig: nothing was injected and nothing was seen\n";
  }
  for (std::size_t i = 0; i < options.faults.size(); ++i) {
    const wire::Rule& rule = memory.rules[i];
    std::string line =
        fmt::format("sockrig: {}: seen {}, fired {}", options.faults[i].text, rule.seen.load(), rule.fired.load());
    for (std::uint32_t w = 0; w < static_cast<std::uint32_t>(wire::Withheld::count); ++w) {
      const std::uint64_t count = rule.withheld[w].load();
      if (count > 0)
        line += fmt::format(", withheld {} × because {}", count, to_string(static_cast<wire::Withheld>(w)));
    }
    err << line << '\n';
  }
  if (const std::uint64_t lost = memory.dropped.load(); options.trace && lost > 0)
    err << fmt::format("sockrig: {} calls are missing in the trace\n", lost);
  err << std::flush;
}

}  // namespace

int exec_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err) {
  ExecOptions options;
  if (const auto code = parse(arguments, options, out, err)) return *code;
  if (const std::string trouble = trouble_with_shim(paths); !trouble.empty()) return refuse(err, trouble);

  std::vector<RulePlan> rules;
  for (const Fault& fault : options.faults) rules.push_back(fault.rule);
  Region region(rules, options.seed, options.trace);

  sigset_t ours, before;
  ::sigemptyset(&ours);
  for (const int s : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) ::sigaddset(&ours, s);
  check("sigprocmask", ::sigprocmask(SIG_BLOCK, &ours, &before));
  const Descriptor signals(check("signalfd", ::signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK)));

  int error = 0;
  const pid_t child = start(options, shim_environment(paths.shim, region), before, error);
  if (error != 0) {
    const bool there = error == ENOENT && !find_program(options.program[0]).empty();
    err << fmt::format(
        "sockrig exec: cannot start {}: {}\n", options.program[0],
        there ? "the interpreter that its first line or its header names is not there" : std::strerror(error));
    return error == ENOENT ? 127 : 126;
  }
  const int status = wait_for_end(child, region, options, signals.get(), err);
  print_summary(region, options, child, err);
  return status;
}

}  // namespace sockrig
