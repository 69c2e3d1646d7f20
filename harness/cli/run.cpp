// `sockrig run`: from the command line to reports.
//
// Everything that can be found wrong is found before the first run: a report that cannot be written, a program that is
// not there, a selector that means nothing.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <ostream>
#include <stdexcept>

#include "catalogue/select.hpp"
#include "cli/campaign.hpp"
#include "cli/commands.hpp"
#include "cli/machine_checks.hpp"
#include "cli/output_files.hpp"
#include "cli/progress.hpp"
#include "cli/run_options.hpp"
#include "plan/command_words.hpp"
#include "reports/text.hpp"
#include "run/check.hpp"
#include "run/program_file.hpp"
#include "version.hpp"

namespace sockrig {
namespace {

// What ends the command before anything runs, with its exit code.
struct Refusal : std::runtime_error {
  explicit Refusal(const std::string& message, int exit = 2) : std::runtime_error(message), code(exit) {}
  int code;
};

int cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::string kernel_name() {
  utsname name{};
  check("uname", ::uname(&name));
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

// "" or why the program of a command cannot be started.
std::string trouble_with_program(const std::string& command) {
  const std::vector<std::string> words = split_command(command);
  if (words.empty()) return "the command is empty";
  const std::string& program = words.front();
  if (!find_program(program).empty()) return "";
  if (program.find('/') != program.npos) {
    return ::access(program.c_str(), F_OK) == 0 ? program + " is not an executable file" : "there is no " + program;
  }
  const char* const path = std::getenv("PATH");
  return fmt::format("there is no program '{}' in PATH ({})", program, path != nullptr ? path : "");
}

std::map<Role, std::string> reference_commands(const Paths& paths, Serves serves) {
  for (const std::string& program : {paths.reference_server, paths.reference_client}) {
    if (const std::string trouble = trouble_with_reference(program); !trouble.empty()) throw Refusal(trouble);
  }
  const auto server = [&](const char* service) {
    return fmt::format("{} {} --host {{host}} --port {{port}} --serves {}", quoted_word(paths.reference_server),
                       service, to_string(serves));
  };
  return {{Role::echo_server, server("echo")},
          {Role::discard_server, server("discard")},
          {Role::chargen_server, server("chargen")},
          {Role::client, quoted_word(paths.reference_client) + " {host} {port}"},
          {Role::custom, server("lines")}};
}

std::map<Role, std::string> commands_for(const RunOptions& options, const Paths& paths) {
  if (options.commands.empty()) return reference_commands(paths, options.serves);
  for (const auto& [role, command] : options.commands) {
    std::string trouble;
    try {
      trouble = trouble_with_program(command);
    } catch (const std::invalid_argument& e) {
      trouble = e.what();
    }
    if (!trouble.empty()) throw Refusal(fmt::format("{}: {}", option_of(role), trouble));
  }
  return options.commands;
}

// What the custom server is asked. Nothing if none was named: the reference programs come with theirs.
std::optional<Dialogue> dialogue_for(const RunOptions& options, const Paths& paths, std::ostream& err) {
  const bool reference = options.commands.empty();
  if (!reference && options.dialogue.empty()) return std::nullopt;
  Diagnostics problems;
  std::optional<Dialogue> dialogue = load_dialogue(reference ? paths.reference_dialogue : options.dialogue, problems);
  for (const Diagnostic& d : problems) err << to_string(d) << '\n';
  if (!dialogue) throw Refusal("the dialogue has problems; nothing was run");
  return dialogue;
}

Catalogue catalogue_of(const Paths& paths, std::ostream& err) {
  if (const std::string trouble = trouble_with_scenarios(paths); !trouble.empty()) throw Refusal(trouble);
  Catalogue catalogue = load_catalogue(paths.scenarios);
  for (const Diagnostic& d : catalogue.problems) err << to_string(d) << '\n';
  if (!catalogue.problems.empty()) throw Refusal("the scenarios have problems; nothing was run");
  return catalogue;
}

std::vector<const Scenario*> selected(const Catalogue& catalogue, const RunOptions& options) {
  std::vector<std::string> problems;
  std::vector<const Scenario*> scenarios = select(catalogue, options.selectors, problems);
  if (!problems.empty()) throw Refusal(fmt::format("{}", fmt::join(problems, "\nsockrig: ")));
  return scenarios;
}

Machine machine_for(const RunOptions& options) {
  Machine machine = probe_machine(options.sandbox);
  if (options.sandbox != SandboxChoice::namespaces || machine.namespaces) return machine;
  throw Refusal(fmt::format("--sandbox namespaces: not possible here: {}\n{}", machine.why_not, namespace_advice()));
}

[[noreturn]] void refuse_empty_plan(const PlanRequest& request) {
  std::string have;
  for (const auto& [role, command] : request.commands)
    have += fmt::format("{}{}", have.empty() ? "" : ", ", to_string(role));
  if (request.scenarios.empty()) throw Refusal("nothing to run: no scenario was selected", 3);
  throw Refusal(
      fmt::format(
          "nothing to run: of the {} selected scenarios none is for the roles that have a command ({}) at level '{}'",
          request.scenarios.size(), have, to_string(request.level)),
      3);
}

struct OpenReports {
  std::vector<OutputFile> files;     // as in RunOptions::reports, without standard output
  std::vector<const Report*> kinds;  // of each file
  const Report* on_standard_output = nullptr;
};

OpenReports open_reports(const RunOptions& options) {
  OpenReports open;
  if (!options.out_directory.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.out_directory, error);
    if (error) throw Refusal(fmt::format("--out: cannot make {}: {}", options.out_directory, error.message()));
  }
  for (const ReportTarget& target : options.reports) {
    if (target.path == "-") {
      open.on_standard_output = target.report;
      continue;
    }
    try {
      open.files.emplace_back(target.path);
    } catch (const std::system_error& e) {
      throw Refusal(e.what());
    }
    open.kinds.push_back(target.report);
  }
  return open;
}

// Every report is tried, also after one that failed. Returns whether all arrived.
bool write_reports(const RunResult& run, OpenReports& open, const RunOptions& options, std::ostream& out,
                   std::ostream& err) {
  bool all = true;
  for (std::size_t i = 0; i < open.files.size(); ++i) {
    const std::string problem =
        open.files[i].write(open.kinds[i]->render(run, {.colour = false, .width = 100, .verbose = options.verbose}));
    if (!problem.empty()) err << "sockrig: " << problem << '\n';
    all = all && problem.empty();
  }
  if (open.on_standard_output != nullptr) {
    const Terminal terminal = terminal_of(out);
    out << open.on_standard_output->render(
        run, {.colour = terminal.colour, .width = terminal.width, .verbose = options.verbose});
    out.flush();
    if (!out) err << "sockrig: cannot write to standard output\n";
    all = all && static_cast<bool>(out);
  }
  return all;
}

std::string keep_directory(const RunOptions& options, std::ostream& err) {
  if (!options.keep) return "";
  std::string path = options.out_directory + "/kept";
  if (options.out_directory.empty()) {
    const char* const temporary = std::getenv("TMPDIR");
    path = std::string(temporary != nullptr && *temporary != '\0' ? temporary : "/tmp") + "/sockrig-kept-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "make " + path);
  } else {
    std::filesystem::create_directories(path);
  }
  err << "sockrig: keeping what is observed in " << path << '\n';
  return path;
}

RunResult empty_result(const PlanRequest& request, const Machine& machine) {
  RunResult run;
  run.sockrig_version = version;
  run.kernel = kernel_name();
  run.sandbox = machine.namespaces ? "namespaces" : fmt::format("none ({})", machine.why_not);
  run.engine = "preload";
  run.seed = request.seed;
  for (const auto& [role, command] : request.commands) run.subject[std::string(to_string(role))] = command;
  if (request.dialogue != nullptr) run.dialogue = request.dialogue->file;
  return run;
}

int run_with(const RunOptions& options, const Paths& paths, std::ostream& out, std::ostream& err) {
  const Catalogue catalogue = catalogue_of(paths, err);
  std::vector<std::string> none;
  const std::optional<Dialogue> dialogue = dialogue_for(options, paths, err);
  const PlanRequest request{.scenarios = selected(catalogue, options),
                            .known = select(catalogue, {}, none),
                            .commands = commands_for(options, paths),
                            .dialogue = dialogue ? &*dialogue : nullptr,
                            .serves = options.serves,
                            .level = options.level,
                            // The reference servers stop in good order on SIGTERM.
                            .stop = options.commands.empty() && options.stop.empty() ? "SIGTERM" : options.stop,
                            .seed = options.seed,
                            .repeat_prefix = repeat_prefix(options)};
  if (const std::string trouble = trouble_with_shim(paths); !trouble.empty()) throw Refusal(trouble);
  const Machine machine = machine_for(options);
  const std::vector<RunSpec> plan = make_plan(request, machine);
  if (plan.empty()) refuse_empty_plan(request);
  OpenReports open = open_reports(options);

  const CampaignOptions campaign{.jobs = options.jobs > 0 ? options.jobs : cores(),
                                 .namespaces = machine.namespaces,
                                 .shim = paths.shim,
                                 .keep_directory = keep_directory(options, err)};
  RunResult run = empty_result(request, machine);
  const auto start = std::chrono::steady_clock::now();
  {
    Progress progress(err, terminal_of(err), plan.size());
    run.results = run_campaign(
        plan, campaign, [&](const RunSpec& spec) { progress.started(spec); },
        [&](const Result& result) { progress.finished(result); }, run.interrupted);
  }
  run.duration_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return write_reports(run, open, options, out, err) ? exit_code(run) : 5;
}

}  // namespace

int run_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err) {
  RunOptions options;
  if (const auto code = parse_run_options(arguments, options, out, err)) return *code;
  Paths used = paths;
  if (!options.scenarios.empty()) used.scenarios = options.scenarios;
  try {
    return run_with(options, used, out, err);
  } catch (const Refusal& refusal) {
    err << "sockrig: " << refusal.what() << '\n';
    return refusal.code;
  }
}

}  // namespace sockrig
