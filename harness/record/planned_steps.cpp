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

std::string more_than(std::size_t size, std::size_t most) {
  return "expected at most " + std::to_string(most) + ", found " + std::to_string(size);
}

// The judge looks for each connection among the rows of the kernel, and for each thread among the connections. A
// connection takes a port of its own, the shim has so many slots, and the journal keeps so many calls.
std::string too_many_in(const Record& r) {
  constexpr std::size_t ports = 1 << 16, most = 100'000;
  const struct {
    const char* place;
    std::size_t size, most;
  } lists[] = {
      {"/steps", r.steps.size(), most},
      {"/channels", r.channels.size(), 30'000},
      {"/listening", r.listening.size(), ports},
      {"/last_look/threads", r.last_look.threads.size(), 40'000},
      {"/last_look/sockets", r.last_look.sockets.size(), most},
      {"/kernel", r.kernel.size(), most},
      {"/rules", r.rules.size(), wire::max_rules},
      {"/sockets", r.sockets.size(), wire::max_sockets},
      {"/out_of_sight", r.out_of_sight.size(), most},
      {"/timeline (calls)", r.events.size(), wire::ring_size},
      {"/timeline (moves of the peer)", r.moves.size(), most},
      {"/output (bytes)", r.output.size(), std::size_t{1} << 20},
  };
  for (const auto& list : lists) {
    if (list.size > list.most) return std::string(list.place) + ": " + more_than(list.size, list.most);
  }
  std::size_t earlier = 0;
  for (const Channel& c : r.channels) earlier += c.earlier_ports.size();
  return earlier > most ? "/channels: earlier_ports of all together: " + more_than(earlier, most) : "";
}

std::string contradiction_in(const Channel& c) {
  constexpr std::size_t most_window = 4096;
  if (c.window.size() > most_window) return "/window: " + more_than(c.window.size(), most_window) + " bytes";
  if (c.differs_at && *c.differs_at > c.received) return "/differs_at: only " + bytes(c.received) + " were received";
  // As the peer learnt them: the first character, and by how many the ring is smaller than the largest.
  constexpr std::uint64_t most_key = std::uint64_t{largest_ring - smallest_ring} << 8 | 0xff;
  if (c.lines && c.expected.key > most_key)
    return "/expected/key: of rotating lines it is at most " + std::to_string(most_key);
  return "";
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
  if (std::string out = too_many_in(r); !out.empty()) return out;
  for (std::size_t i = 0; i < r.channels.size(); ++i) {
    const std::string in_channel = contradiction_in(r.channels[i]);
    if (!in_channel.empty()) return "/channels/" + std::to_string(i) + in_channel;
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
