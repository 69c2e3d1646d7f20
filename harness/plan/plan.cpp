#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "plan/command_words.hpp"
#include "plan/plays.hpp"
#include "plan/run_spec.hpp"

namespace sockrig {
namespace {

constexpr std::array<Role, 5> all_roles = {Role::echo_server, Role::discard_server, Role::chargen_server, Role::client,
                                           Role::custom};

bool tells_to_stop(const Script& script) {
  return any_step(script, [](const ScriptLine&, const Step& step) { return step.verb == StepVerb::told_to_stop; });
}

struct Skip {
  std::string why;  // "" = it is run
  bool no_private_network = false;
};

Skip skip_of(const Scenario& s, Role role, const std::string& command, const PlanRequest& request,
             const Machine& machine) {
  const Serves serves = request.serves;
  if (is_server(role) && s.only_one && serves != Serves::one)
    return {
        "not applicable: only for a server that is declared to serve one connection and then to exit (--serves one)"};
  if (const auto script = s.scripts.find(role);
      request.stop.empty() && script != s.scripts.end() && tells_to_stop(script->second))
    return {"not declared how the server is told to stop (--stop SIGTERM, --stop line:q)"};
  if (is_server(role) && serves < s.serves) {
    std::string_view declared;
    switch (serves) {
      case Serves::one:
        declared = "one connection";
        break;
      case Serves::in_turn:
        declared = "connections in turn";
        break;
      case Serves::at_once:
        declared = "connections at once";
        break;
    }
    return {fmt::format("not applicable: the server is declared to serve {} (--serves {}); this needs {}", declared,
                        to_string(serves), to_string(s.serves))};
  }
  if (s.needs_namespaces && !machine.namespaces) {
    const std::string why = machine.why_not.empty() ? "not available here" : machine.why_not;
    return {.why = "needs a private network: " + why, .no_private_network = true};
  }
  if (!s.host.empty() && command.find("{host}") == std::string::npos)
    return {"not applicable: the command has no {host}, so the program chooses the address itself"};
  constexpr std::uint64_t room = 64;  // for the program's own
  if (s.open_descriptors != 0 && machine.most_descriptors < s.open_descriptors + room) {
    return {fmt::format("needs {} open descriptors, and the limit here is {} (ulimit -Hn)", s.open_descriptors + room,
                        machine.most_descriptors)};
  }
  return {};
}

// What stands between a script and a dialogue: that there is none, or nothing in it that the script could use.
std::string why_no_dialogue(const Scenario& s, Role role, const Dialogue* dialogue) {
  const auto script = s.scripts.find(role);
  if (role != Role::custom || script == s.scripts.end()) return "";
  for (const ScriptLine& line : script->second) {
    for (const auto& together : line.steps) {
      for (const Step& step : together) {
        if (!is_dialogue_verb(step.verb)) continue;
        if (dialogue == nullptr) return "no dialogue was given: --dialogue FILE says what the server is asked";
        if (std::string why = why_not_playable(step.verb, *dialogue); !why.empty()) return why;
      }
    }
  }
  return "";
}

std::string repeat_command(const PlanRequest& request, const RunSpec& spec) {
  std::string out = request.repeat_prefix;
  const bool named = std::any_of(all_roles.begin(), all_roles.end(), [&](Role role) {
    const std::string option = " " + option_of(role);
    return out.find(option + " ") != std::string::npos || out.find(option + "=") != std::string::npos;
  });
  if (!named) out += fmt::format(" {} {}", option_of(spec.role), quoted_word(spec.command));
  if (!named && spec.dialogue != nullptr) out += " --dialogue " + quoted_word(spec.dialogue->file);
  const auto script = spec.scenario->scripts.find(spec.role);
  const bool told = script != spec.scenario->scripts.end() && tells_to_stop(script->second);
  if (told && !spec.stop.empty() && out.find(" --stop ") == std::string::npos)
    out += fmt::format(" --stop {}", quoted_word(spec.stop));
  return out + fmt::format(" {} --seed {}", quoted_word(spec.scenario->id), spec.seed);
}

bool too_weak(const PlanRequest& request, const Scenario& s) {
  return request.level == Level::must && s.level == Level::should;
}

bool is_left_out(const PlanRequest& request, const Scenario& s) {
  return too_weak(request, s) && !s.must_with_handler;
}

// A claim that is not run, since it is not made of this role or was not asked for, stands for the claims before it.
void add_prerequisites(const PlanRequest& request, const Scenario& scenario, Role role, std::vector<std::string>& to) {
  for (const std::string& id : scenario.after) {
    const auto named = [&](const Scenario* s) { return s->id == id; };
    const auto asked = std::ranges::find_if(request.scenarios, named);
    const bool is_asked = asked != request.scenarios.end();
    const auto known = is_asked ? asked : std::ranges::find_if(request.known, named);
    if (!is_asked && known == request.known.end()) continue;
    const Scenario& before = **known;
    const bool runs =
        is_asked && std::ranges::find(before.roles, role) != before.roles.end() && !is_left_out(request, before);
    if (!runs)
      add_prerequisites(request, before, role, to);
    else if (std::ranges::find(to, id) == to.end())
      to.push_back(id);
  }
}

}  // namespace

std::vector<RunSpec> make_plan(const PlanRequest& request, const Machine& machine) {
  std::vector<RunSpec> plan;
  const auto dialogue = request.dialogue != nullptr ? std::make_shared<const Dialogue>(*request.dialogue) : nullptr;
  for (const Scenario* scenario : request.scenarios) {
    if (is_left_out(request, *scenario)) continue;
    const auto shared = std::make_shared<const Scenario>(*scenario);
    for (const Role role : scenario->roles) {
      const auto command = request.commands.find(role);
      if (command == request.commands.end()) continue;
      RunSpec spec;
      spec.scenario = shared;
      spec.role = role;
      spec.command = command->second;
      spec.directory = request.directory;
      spec.serves = request.serves;
      spec.stop = request.stop;
      spec.seed = request.seed;
      add_prerequisites(request, *scenario, role, spec.after);
      spec.own_handlers_only = too_weak(request, *scenario);
      if (role == Role::custom) spec.dialogue = dialogue;
      const Skip skip = skip_of(*scenario, role, spec.command, request, machine);
      spec.skip = skip.why;
      spec.no_private_network = skip.no_private_network;
      if (spec.skip.empty()) spec.skip = why_no_dialogue(*scenario, role, spec.dialogue.get());
      spec.repeat = repeat_command(request, spec);
      plan.push_back(std::move(spec));
    }
  }
  return plan;
}

std::string why_not_runnable(const RunSpec& spec) {
  const auto script = spec.scenario->scripts.find(spec.role);
  const bool told = script != spec.scenario->scripts.end() && tells_to_stop(script->second);
  if (told && !parse_stop(spec.stop)) return "the script tells the server to stop, and it is not declared how";
  return why_no_dialogue(*spec.scenario, spec.role, spec.dialogue.get());
}

std::optional<StopOrder> parse_stop(std::string_view text) {
  constexpr std::string_view a_line = "line:";
  if (text.starts_with(a_line)) {
    text.remove_prefix(a_line.size());
    if (text.empty() || text.find('\n') != std::string_view::npos) return std::nullopt;
    return StopOrder{0, std::string(text)};
  }
  constexpr std::pair<std::string_view, int> signals[] = {{"SIGTERM", SIGTERM}, {"SIGINT", SIGINT},
                                                          {"SIGHUP", SIGHUP},   {"SIGQUIT", SIGQUIT},
                                                          {"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}};
  for (const auto& [name, number] : signals) {
    if (text == name) return StopOrder{number, ""};
  }
  return std::nullopt;
}

bool concerns(const Fault& fault, const RunSpec& spec) {
  if (fault.rule.verb != wire::Verb::hold) return true;
  const auto script = spec.scenario->scripts.find(spec.role);
  return script != spec.scenario->scripts.end() && holds_subject(script->second);
}

std::vector<RulePlan> rules_of(const RunSpec& spec) {
  std::vector<RulePlan> rules;
  for (const Fault& fault : spec.scenario->faults) {
    rules.push_back(fault.rule);
    if (!concerns(fault, spec)) rules.back() = {};
    if (spec.own_handlers_only) rules.back().handler = wire::Handler::own;
  }
  return rules;
}

std::uint64_t run_seed(const RunSpec& spec) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, over parts that each end in a NUL, which is in none of them
  const auto take = [&hash](std::string_view part) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash *= 0x100000001b3u;
  };
  take(to_string(spec.role));
  if (const auto script = spec.scenario->scripts.find(spec.role); script != spec.scenario->scripts.end()) {
    for (const ScriptLine& line : script->second) take(line.text);
  }
  return wire::mix(wire::mix(spec.seed) ^ hash);
}

}  // namespace sockrig
