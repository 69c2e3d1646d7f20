// `sockrig run`: from the command line to reports.
//
// Everything that can be found wrong is found before the first run: a report that cannot be written, a program that is
// not there, a selector that means nothing.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>

#include "catalogue/select.hpp"
#include "cli/carry_out.hpp"
#include "cli/commands.hpp"
#include "cli/refusal.hpp"
#include "cli/run_options.hpp"
#include "plan/command_words.hpp"
#include "run/program_file.hpp"

namespace sockrig {
namespace {

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
    if (const std::string trouble = trouble_with_program(command); !trouble.empty())
      throw Refusal(fmt::format("{}: {}", option_of(role), trouble));
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

// "--keep stream/text": the folder was forgotten, and a claim stands in its place.
void refuse_claim_as_folder(const Catalogue& catalogue, const std::string& folder) {
  const auto is_it = [&](const Scenario& s) { return s.id == folder || s.chapter == folder; };
  if (std::ranges::any_of(catalogue.scenarios, is_it))
    throw Refusal(fmt::format("--keep: '{}' is a selector; name the folder first: --keep DIR {}", folder, folder));
}

int run_with(const RunOptions& options, const Paths& paths, std::ostream& out, std::ostream& err) {
  const Catalogue catalogue = catalogue_of(paths, err);
  refuse_claim_as_folder(catalogue, options.keep_directory);
  std::vector<std::string> none;
  const std::optional<Dialogue> dialogue = dialogue_for(options, paths, err);
  const PlanRequest request{.scenarios = selected(catalogue, options),
                            .known = select(catalogue, {}, none),
                            .commands = commands_for(options, paths),
                            .directory = std::filesystem::current_path().string(),
                            .dialogue = dialogue ? &*dialogue : nullptr,
                            .serves = options.serves,
                            .level = options.level,
                            // The reference servers stop in good order on SIGTERM.
                            .stop = options.commands.empty() && options.stop.empty() ? "SIGTERM" : options.stop,
                            .seed = options.seed,
                            .repeat_prefix = repeat_prefix(options)};
  if (const std::string trouble = trouble_with_shim(paths); !trouble.empty()) throw Refusal(trouble);
  const Machine machine = machine_for(options.sandbox);
  std::vector<RunSpec> plan = make_plan(request, machine);
  if (plan.empty()) refuse_empty_plan(request);
  return carry_out({.plan = std::move(plan),
                    .machine = machine,
                    .shim = paths.shim,
                    .jobs = options.jobs,
                    .seed = options.seed,
                    .commands = request.commands,
                    .dialogue = dialogue ? dialogue->file : "",
                    .keep_directory = options.keep_directory,
                    .reports = options.reports},
                   out, err);
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
