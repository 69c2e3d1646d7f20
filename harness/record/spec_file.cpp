#include "record/spec_file.hpp"

#include <algorithm>

#include "record/fields.hpp"
#include "record/json_reader.hpp"
#include "record/json_writer.hpp"

namespace sockrig {
namespace {

// A file as it stood beside the run.
struct SourceFile {
  std::string id;  // of a scenario
  std::string file, text;
  bool operator==(const SourceFile&) const = default;
};
template <typename A, Is<SourceFile> T>
void fields(A& a, T& f) {
  a("id", f.id);
  a("file", f.file);
  a("text", f.text);
}

template <typename A, Is<RunSpec> T>
void fields(A& a, T& s) {
  a("role", s.role);
  a("command", s.command);
  a("directory", s.directory);
  a("serves", s.serves, Serves::at_once);
  a("stop", s.stop);
  a("seed", s.seed, 1);
  a("own_handlers_only", s.own_handlers_only);
  a("after", s.after);
  a("skip", s.skip);
  a("no_private_network", s.no_private_network);
  a("repeat", s.repeat);
}

std::string first_of(const Diagnostics& problems) {
  return problems.empty() ? "it has a problem" : to_string(problems.front());
}

}  // namespace

std::string spec_to_json(const RunSpec& spec) {
  std::string out;
  JsonWriter json(out);
  json.begin();
  json.always("schema", spec_schema);
  json.always("scenario", SourceFile{spec.scenario->id, spec.scenario->file, spec.scenario->text});
  fields(json, spec);
  if (spec.dialogue) json.always("dialogue", SourceFile{"", spec.dialogue->file, spec.dialogue->text});
  json.end();
  return out + "\n";
}

std::optional<RunSpec> spec_from_json(std::string_view text, std::string& problem) {
  try {
    const nlohmann::json document = parse_json(text);
    JsonReader reader(document, "");
    require_schema(reader, spec_schema);
    RunSpec spec;
    fields(reader, spec);
    SourceFile scenario;
    std::optional<SourceFile> dialogue;
    JsonReader::read(reader.at("scenario"), "/scenario", scenario);
    reader("dialogue", dialogue);
    reader.finish();
    if (!is_scenario_id(scenario.id))
      throw FormError("/scenario/id: expected CHAPTER/NAME of small letters, digits and '-', at most 255");
    if (scenario.text.size() > most_scenario_bytes)
      throw FormError("/scenario/text: it is larger than 256 KiB: that is no scenario");
    Diagnostics problems;
    std::optional<Scenario> parsed = parse_scenario(scenario.text, scenario.id, scenario.file, problems);
    if (!parsed) throw FormError("/scenario/text: " + first_of(problems));
    if (std::ranges::find(parsed->roles, spec.role) == parsed->roles.end())
      throw FormError("/role: the scenario is not about the role " + std::string(to_string(spec.role)));
    spec.scenario = std::make_shared<const Scenario>(std::move(*parsed));
    if (dialogue) {
      std::optional<Dialogue> read = parse_dialogue(dialogue->text, dialogue->file, problems);
      if (!read) throw FormError("/dialogue/text: " + first_of(problems));
      spec.dialogue = std::make_shared<const Dialogue>(std::move(*read));
    }
    if (!spec.stop.empty() && !parse_stop(spec.stop))
      throw FormError("/stop: expected a signal or 'line:TEXT', found '" + spec.stop + "'");
    if (const std::string why = spec.skip.empty() ? why_not_runnable(spec) : ""; !why.empty())
      throw FormError("/: " + why);
    return spec;
  } catch (const FormError& e) {
    problem = e.what();
  }
  return std::nullopt;
}

}  // namespace sockrig
