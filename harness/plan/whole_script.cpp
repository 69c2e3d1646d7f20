#include "plan/whole_script.hpp"

namespace sockrig {

Script whole_script(const Script& script, Role role) {
  if (starts_subject(script)) return script;
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
