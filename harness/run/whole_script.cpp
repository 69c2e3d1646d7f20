#include "run/whole_script.hpp"

namespace sockrig {

Script whole_script(const Script& script, Role role) {
  for (const ScriptLine& line : script) {
    for (const auto& together : line.steps) {
      for (const Step& step : together) {
        if (line.actor == ActorKind::subject && step.verb == StepVerb::start) return script;
      }
    }
  }
  ScriptLine start;
  start.actor = ActorKind::subject;
  start.name = "subject";
  start.text = is_server(role) ? "subject: start, listens" : "subject: start";
  Step verb;
  verb.verb = StepVerb::start;
  verb.text = "start";
  start.steps.push_back({verb});
  if (is_server(role)) {
    verb.verb = StepVerb::listens;
    verb.text = "listens";
    start.steps.push_back({verb});
  }
  Script out{start};
  out.insert(out.end(), script.begin(), script.end());
  return out;
}

}  // namespace sockrig
