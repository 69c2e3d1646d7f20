#include "record/planned_steps.hpp"

#include <algorithm>

#include "plan/whole_script.hpp"

namespace sockrig {
namespace {

std::string counted(std::size_t count, const char* what) {
  return "there are " + std::to_string(count) + " " + what + ", counted from 0";
}

// Of a script that was carried out: all held, but for what comes after a program that refused in good order.
std::string not_carried_out(const Record& r) {
  bool complained = false;
  for (std::size_t i = 0; i < r.steps.size(); ++i) {
    const StepRecord& s = r.steps[i];
    const bool may_be_left = complained && s.outcome != StepOutcome::unmet;
    if (s.outcome != StepOutcome::met && !may_be_left)
      return "/steps/" + std::to_string(i) + "/outcome: expected 'met', since the run was not stopped";
    complained = complained || s.verb == StepVerb::begins_or_complains;
  }
  return "";
}

// RFC 864's ring, as far as it was seen, stands in the key of what was expected.
bool is_ring(const Channel& c) {
  return !c.lines || c.expected.key >> 8 <= static_cast<std::uint64_t>(largest_ring - smallest_ring);
}

}  // namespace

std::vector<StepRecord> planned_steps(const Script& whole_script) {
  std::vector<StepRecord> out;
  for (const ScriptLine& line : whole_script) {
    for (const auto& together : line.steps) {
      for (const Step& step : together) {
        StepRecord r;
        r.text = (line.count > 1 ? std::to_string(line.count) + " " : "") + line.name +
                 (line.in_turn ? " in turn" : "") + ": " + step.text;
        r.meaning = meaning_of(step.verb);
        r.verb = step.verb;
        r.actor = line.actor;
        out.push_back(std::move(r));
      }
    }
  }
  return out;
}

std::string contradiction_in(const Record& r) {
  for (std::size_t i = 0; i < r.channels.size(); ++i) {
    if (!is_ring(r.channels[i])) return "/channels/" + std::to_string(i) + "/expected/key: is no ring of characters";
  }
  if (r.stop == Stop::none) return r.unmet ? "/unmet: is there, though the run was not stopped" : not_carried_out(r);
  if (!r.unmet) return "/unmet: is missing, though the run was stopped";
  if (r.unmet->step >= r.steps.size()) return "/unmet/step: " + counted(r.steps.size(), "steps");
  if (r.unmet->channel && *r.unmet->channel >= r.channels.size())
    return "/unmet/channel: " + counted(r.channels.size(), "channels");
  return "";
}

std::string contradiction_between(const RunSpec& spec, const Record& r) {
  if (r.rules.size() != spec.scenario->faults.size())
    return "/rules: the scenario has " + std::to_string(spec.scenario->faults.size()) + " faults, and the record " +
           std::to_string(r.rules.size());
  const auto script = spec.scenario->scripts.find(spec.role);
  if (script == spec.scenario->scripts.end()) return "";
  const std::vector<StepRecord> planned = planned_steps(whole_script(script->second, spec.role));
  const auto same = [](const StepRecord& a, const StepRecord& b) {
    return a.text == b.text && a.verb == b.verb && a.actor == b.actor;
  };
  const auto [of_plan, of_record] = std::ranges::mismatch(planned, r.steps, same);
  if (of_plan == planned.end() && of_record == r.steps.end()) return "";
  const std::string at = "/steps/" + std::to_string(of_record - r.steps.begin());
  return at + (of_plan == planned.end() ? ": the script has no such step"
                                        : "/text: the script says '" + of_plan->text + "' here");
}

}  // namespace sockrig
