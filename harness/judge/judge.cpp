#include "judge/judge.hpp"

#include <algorithm>

#include "judge/codes.hpp"

namespace sockrig {
namespace {

using wire::Withheld;

// Reasons that say something of the program, not of the moment: where such a one always held a fault back, the claim
// does not apply to it.
bool concerns_program(Withheld w) {
  switch (w) {
    case Withheld::non_blocking:
    case Withheld::no_handler:
    case Withheld::restarts:
    case Withheld::signal_blocked:
    case Withheld::wait_all:
    case Withheld::not_stream:
    case Withheld::several_at_once:
    case Withheld::edge_triggered:
    case Withheld::blocking:
    case Withheld::numeric:
    case Withheld::ready:
      return true;  // it asks only when there is something: by poll, say
    case Withheld::too_small:
    case Withheld::low_water:
    case Withheld::peek:
    case Withheld::end_queued:
    case Withheld::not_ready:
    case Withheld::alive:
    case Withheld::under_way:
    case Withheld::in_handler:
    case Withheld::count:
      return false;
  }
  return false;
}

struct Evidence {
  Outcome outcome = Outcome::pass;
  std::string reason;
};

// How bytes get past the shim, as far as it is known.
std::string why_unseen(const Record& record) {
  std::string out;
  for (const std::string& what : record.out_of_sight) out += (out.empty() ? "" : "; ") + what;
  return out.empty()
             ? "it does not always call the C library's functions for its sockets: stdio on a socket, system calls "
               "of its own, or a child that was started without the shim"
             : out;
}

// Reconciled: a fault in the data proves something only if the shim saw the data that the peer saw. "" = it did.
std::string unseen_by(const RulePlan& rule, const Observation& o) {
  if (rule.verb == wire::Verb::hold || rule.verb == wire::Verb::pass) return "";
  const bool receives = (rule.families & bit(wire::Family::recv)) != 0 && !o.unseen.received.empty();
  const bool sends = (rule.families & bit(wire::Family::send)) != 0 && !o.unseen.sent.empty();
  if (!receives && !sends) return "";
  return (receives ? o.unseen.received : o.unseen.sent) + " (" + why_unseen(o.record) + ")";
}

// Law 2: no pass without evidence that the fault fired.
Evidence evidence_of(const FaultFacts& fault, const Observation& o) {
  if (fault.fired > 0) {
    const std::string unseen = unseen_by(fault.rule, o);
    if (unseen.empty()) return {};
    return {Outcome::inconclusive, "the program's calls were not all seen: " + unseen + ": what met " + fault.text +
                                       " is not all that the program does"};
  }
  const std::string silent = ": " + fault.text + " could not fire";
  if (!o.attached)
    return {Outcome::inconclusive,
            "the shim is not in the program (is it static, or does it clear its environment?)" + silent};
  if (!o.data_seen && fault.seen == 0)
    return {Outcome::inconclusive, "the program's calls were not seen (" + why_unseen(o.record) + ")" + silent};
  std::string why;
  bool program = false, moment = false;
  for (const auto& [reason, count] : fault.withheld) {
    why += (why.empty() ? "" : "; ") + std::string(to_string(reason)) + " (" + std::to_string(count) + " times)";
    program = program || concerns_program(reason);
    moment = moment || (!concerns_program(reason) && reason != Withheld::too_small);  // what is too small says nothing
    // … unless every call was: then it moves single bytes.
    program = program || (reason == Withheld::too_small && count >= fault.seen);
  }
  if (program && !moment)
    return {Outcome::skipped, "not applicable: " + fault.text + " is never licensed here: " + why};
  // Every byte that moved was seen, and none by such a call: a server whose protocol has no answers sends nothing.
  const bool reconciled = o.attached && o.data_seen && o.unseen.none();
  const bool optional = fault.rule.verb == wire::Verb::interrupt ||
                        fault.rule.families == wire::bit(wire::Family::resolve) ||
                        (reconciled && (fault.rule.families & ~wire::data_families) == 0);
  if (fault.seen == 0 && optional)
    return {Outcome::skipped, "not applicable: the program makes no call that " + fault.text + " could meet"};
  return {Outcome::inconclusive,
          fault.text + " never fired" +
              (why.empty() ? " (" + std::to_string(fault.seen) + " calls were seen)" : ": " + why)};
}

std::vector<StepResult> steps_of(const Record& record) {
  std::vector<StepResult> out;
  for (std::size_t i = 0; i < record.steps.size(); ++i) {
    const StepRecord& s = record.steps[i];
    StepResult r;
    r.number = static_cast<int>(i) + 1;
    r.text = s.text;
    r.note = s.note;
    r.state = s.outcome == StepOutcome::met     ? StepState::met
              : s.outcome == StepOutcome::unmet ? StepState::unmet
                                                : StepState::not_reached;
    out.push_back(std::move(r));
  }
  return out;
}

// Who made it happen: a signal that really arrives, and a queue that is really shorter, are the kernel's own doing.
std::string realised_by(const RulePlan& rule) {
  const bool shorter_queue = rule.verb == wire::Verb::clamp && rule.families == bit(wire::Family::listen);
  return rule.verb == wire::Verb::interrupt || shorter_queue ? "kernel" : "shim";
}

std::vector<FaultResult> faults_of(const Observation& o) {
  std::vector<FaultResult> out;
  for (const FaultFacts& f : o.faults) {
    FaultResult r;
    r.text = f.text;
    r.kind = f.kind;
    r.seen = f.seen;
    r.fired = f.fired;
    for (const auto& [reason, count] : f.withheld) r.withheld[std::string(to_string(reason))] = count;
    r.realised = realised_by(f.rule);
    out.push_back(std::move(r));
  }
  return out;
}

std::string why_not_held(const Observation& o) {
  std::string why = "no call of it could be held: " + o.record.unmet->what;
  for (const FaultFacts& f : o.faults) {
    if (f.rule.verb != wire::Verb::hold) continue;
    for (const auto& [reason, count] : f.withheld) why += "; " + std::string(to_string(reason));
  }
  return why;
}

// The script came to an end that is not the program's to answer for.
bool is_nobodys_fault(const std::string& code) {
  return code == "held" || code == "goes-on" || code == "unfinished";
}

// Whether the shim saw such calls of it at all: a run-time with system calls of its own shows none. (Of a connection
// that was gone before it was read no call need be seen.)
bool shows(const Observation& o, std::uint32_t families) {
  return o.attached && std::ranges::any_of(o.record.events, [&](const CallEvent& e) {
           return (families & wire::bit(wire::family_of(e.call))) != 0;
         });
}

// A condition that can only be told from its calls.
bool cannot_tell(const Observation& o, StepVerb condition) {
  return (condition == StepVerb::meets_dead && !shows(o, wire::data_families)) ||
         (condition == StepVerb::meets_shortage && !shows(o, wire::bit(wire::Family::socket)));
}

// To the port that it was given, at an address that nobody can have told it.
bool connects_all_the_same(const Record& record) {
  return std::ranges::any_of(
      record.events, [&](const CallEvent& e) { return e.call == wire::Call::connect && e.asked == record.port; });
}

// What the kernel should have shown may be what a fault should have caused, had it met the program's calls.
std::string why_not_shown(const Observation& o, const StepRecord& step) {
  for (const FaultFacts& f : o.faults) {
    if (f.fired != 0) continue;
    if (const Evidence e = evidence_of(f, o); e.outcome == Outcome::inconclusive) return e.reason;
  }
  return "the kernel did not show it: " + step.text;
}

// "subject: meets a dead connection" → "meets a dead connection".
std::string without_actor(const std::string& step) {
  const std::size_t colon = step.find(": ");
  return colon == step.npos ? step : step.substr(colon + 2);
}

// The script could not be carried out, and the subject is not to blame.
Result unproved(Result r, const Observation& o, const StepRecord& step) {
  r.outcome = Outcome::inconclusive;
  if (o.record.unmet->code == "held")
    r.reason = "nothing was shown: " + o.record.unmet->what;
  else if (o.record.unmet->code == "unfinished")
    r.reason = "it was given up, and nothing is proved: at '" + step.text + "' " + o.record.unmet->what +
               (step.note.empty() ? "" : " (" + step.note + ")");
  else if (step.meaning == StepMeaning::evidence)
    r.reason = why_not_shown(o, step);
  else if (cannot_tell(o, step.verb))  // the others the outside shows
    r.reason = "the program's calls were not seen: whether it " + without_actor(step.text) + " cannot be told";
  else if (step.verb == StepVerb::is_held && (!o.attached || !o.data_seen))
    r.reason = "the program's calls were not seen: none of them could be held";
  else if (step.verb == StepVerb::is_held)
    r.outcome = Outcome::skipped, r.reason = "not applicable: " + why_not_held(o);
  else
    r.outcome = Outcome::skipped, r.reason = "not applicable: " + o.record.unmet->what;
  return r;
}

// What helps: of the mistake where it is known, else of the claim. A claim about faults says nothing of a program that
// goes wrong before one has fired.
std::string hint_for(const RunSpec& spec, const Observation& o, const std::string& code) {
  const bool is_about = o.faults.empty() || any_fired(o);
  const std::string_view of_mistake = hint_of(code);
  const std::string of_claim =
      is_about ? spec.scenario->hint
               : "Nothing had been injected yet: the program does this by itself. Look at what it did, as told above.";
  // What a client does after a failed call the claim knows better, and why it threw in a thread.
  const bool in_thread = code == "uncaught-exception" && !o.record.subject_ending;
  if (in_thread) return of_claim;
  if (is_about && code == "error-ends-program" && spec.role == Role::client) return of_claim;
  if (is_about && code == "uncaught-exception") return std::string(of_mistake) + " " + of_claim;
  return of_mistake.empty() ? of_claim : std::string(of_mistake);
}

}  // namespace

Result unjudged(const RunSpec& spec, Outcome outcome, std::string reason) {
  const Scenario& s = *spec.scenario;
  Result r;
  r.id = s.id;
  r.chapter = s.chapter;
  r.claim = s.claim;
  r.clause = s.clause;
  r.hint = s.hint;
  r.file = s.file;
  r.role = spec.role;
  r.command = spec.command;
  r.level = s.level;
  r.outcome = outcome;
  r.reason = std::move(reason);
  r.repeat = spec.repeat;
  return r;
}

Result judge(const RunSpec& spec, const Observation& o) {
  Result r = unjudged(spec, Outcome::pass, "");
  r.steps = steps_of(o.record);
  r.faults = faults_of(o);
  r.kernel = o.record.kernel;
  r.output = o.record.output;
  const bool own_handler = std::ranges::any_of(o.faults, [](const FaultFacts& f) { return f.fired_own > 0; });
  if (spec.scenario->must_with_handler && own_handler) r.level = Level::must;

  const Record& record = o.record;
  const bool crashed = record.subject_ending && record.subject_ending->by_signal && !record.ended_by_script;
  if (record.stop == Stop::none && !crashed) {
    for (const FaultFacts& f : o.faults) {
      const Evidence e = evidence_of(f, o);
      // Inconclusive outranks skipped: it says that something was not seen.
      if (e.outcome == Outcome::inconclusive || (e.outcome == Outcome::skipped && r.outcome == Outcome::pass)) {
        r.outcome = e.outcome;
        r.reason = e.reason;
      }
    }
    for (const StepRecord& s : record.steps) {
      if (s.verb != StepVerb::closes_once || s.outcome != StepOutcome::met || (o.attached && o.data_seen)) continue;
      r.outcome = Outcome::inconclusive;
      r.reason = "the program's calls were not seen: whether it closes a descriptor twice cannot be told";
    }
    return r;
  }
  const StepRecord* unmet = record.unmet ? &record.steps[record.unmet->step] : nullptr;
  if (!crashed && unmet != nullptr && (unmet->meaning != StepMeaning::claim || is_nobodys_fault(record.unmet->code)))
    return unproved(std::move(r), o, *unmet);
  if (!crashed && record.names_asked == 0u && !connects_all_the_same(record)) {
    r.outcome = Outcome::inconclusive;
    r.reason =
        "without a private network only getaddrinfo(), gethostbyname() and getservbyname() can be told what the names "
        "of this claim mean, and the program did not ask them";
    return r;
  }
  r.outcome = Outcome::fail;
  r.diagnosis = diagnose(spec, o);
  r.reason = r.diagnosis->message;
  r.hint = hint_for(spec, o, r.diagnosis->code);
  return r;
}

}  // namespace sockrig
