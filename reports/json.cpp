// The run as one JSON document, and one result as it travels between two processes of ours.

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/report.hpp"

namespace sockrig {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which a person wants to read them

constexpr auto replace = Json::error_handler_t::replace;

double finite(double value) {
  return std::isfinite(value) ? value : 0;
}

Json diagnosis_to_json(const std::optional<Diagnosis>& diagnosis) {
  if (!diagnosis) return nullptr;
  Json j = {{"code", diagnosis->code}, {"message", diagnosis->message}};
  if (diagnosis->offset) j["offset"] = *diagnosis->offset;
  if (!diagnosis->connection.empty()) j["connection"] = diagnosis->connection;
  j["details"] = diagnosis->details;
  if (!diagnosis->defect.empty()) j["defect"] = diagnosis->defect;
  return j;
}

Json faults_to_json(const std::vector<FaultResult>& faults) {
  Json all = Json::array();
  for (const FaultResult& f : faults) {
    Json withheld = Json::object();
    for (const auto& [reason, count] : f.withheld) withheld[reason] = count;
    all.push_back({{"text", f.text},
                   {"kind", f.kind},
                   {"seen", f.seen},
                   {"fired", f.fired},
                   {"withheld", std::move(withheld)},
                   {"realised", f.realised}});
  }
  return all;
}

Json evidence_to_json(const Result& r) {
  Json fired = Json::object(), kernel = Json::object();
  std::map<std::string, std::uint64_t> by_kind;
  for (const FaultResult& f : r.faults) by_kind[f.kind] += f.fired;
  for (const auto& [kind, count] : by_kind) fired[kind] = count;
  for (const auto& [name, count] : r.kernel) kernel[name] = count;
  return {{"fired", std::move(fired)}, {"kernel", std::move(kernel)}};
}

Json steps_to_json(const std::vector<StepResult>& steps) {
  Json all = Json::array();
  for (const StepResult& s : steps) {
    all.push_back({{"number", s.number}, {"text", s.text}, {"state", to_string(s.state)}, {"note", s.note}});
  }
  return all;
}

Json to_json_object(const Result& r) {
  Json j = {{"id", r.id},
            {"chapter", r.chapter},
            {"role", to_string(r.role)},
            {"level", to_string(r.level)},
            {"claim", r.claim},
            {"clause", r.clause},
            {"hint", r.hint},
            {"file", r.file},
            {"outcome", to_string(r.outcome)},
            {"reason", r.reason},
            {"faults", faults_to_json(r.faults)},
            {"evidence", evidence_to_json(r)},
            {"diagnosis", diagnosis_to_json(r.diagnosis)},
            {"steps", steps_to_json(r.steps)},
            {"output", r.output},
            {"duration_ms", finite(r.duration_ms)},
            {"repeat", r.repeat}};
  if (!r.broken_by.empty()) j["broken_by"] = r.broken_by;
  if (!r.explained_by.empty()) j["explained_by"] = r.explained_by;
  if (r.no_private_network) j["no_private_network"] = true;
  return j;
}

std::optional<StepState> parse_step_state(const std::string& text) {
  for (StepState s : {StepState::met, StepState::unmet, StepState::not_reached}) {
    if (to_string(s) == text) return s;
  }
  return std::nullopt;
}

Diagnosis diagnosis_from(const Json& j) {
  Diagnosis d;
  d.code = j.at("code").get<std::string>();
  d.message = j.at("message").get<std::string>();
  if (j.contains("offset")) d.offset = j.at("offset").get<std::uint64_t>();
  if (j.contains("connection")) d.connection = j.at("connection").get<std::string>();
  d.details = j.at("details").get<std::vector<std::string>>();
  d.defect = j.value("defect", "");
  return d;
}

FaultResult fault_from(const Json& j) {
  FaultResult f;
  f.text = j.at("text").get<std::string>();
  f.kind = j.at("kind").get<std::string>();
  f.seen = j.at("seen").get<std::uint64_t>();
  f.fired = j.at("fired").get<std::uint64_t>();
  f.withheld = j.at("withheld").get<std::map<std::string, std::uint64_t>>();
  f.realised = j.at("realised").get<std::string>();
  return f;
}

StepResult step_from(const Json& j) {
  return {.number = j.at("number").get<int>(),
          .text = j.at("text").get<std::string>(),
          .state = parse_step_state(j.at("state").get<std::string>()).value(),
          .note = j.at("note").get<std::string>()};
}

// Throws if something is missing or of the wrong type; std::optional::value() throws for words that are not ours.
Result from_json_object(const Json& j) {
  Result r;
  r.id = j.at("id").get<std::string>();
  r.chapter = j.at("chapter").get<std::string>();
  r.role = parse_role(j.at("role").get<std::string>()).value();
  r.level = parse_level(j.at("level").get<std::string>()).value();
  r.claim = j.at("claim").get<std::string>();
  r.clause = j.at("clause").get<std::string>();
  r.hint = j.at("hint").get<std::string>();
  r.file = j.at("file").get<std::string>();
  r.outcome = parse_outcome(j.at("outcome").get<std::string>()).value();
  r.reason = j.at("reason").get<std::string>();
  for (const Json& f : j.at("faults")) r.faults.push_back(fault_from(f));
  r.kernel = j.at("evidence").at("kernel").get<std::map<std::string, std::int64_t>>();
  if (!j.at("diagnosis").is_null()) r.diagnosis = diagnosis_from(j.at("diagnosis"));
  for (const Json& s : j.at("steps")) r.steps.push_back(step_from(s));
  r.output = j.at("output").get<std::string>();
  r.duration_ms = j.at("duration_ms").get<double>();
  r.repeat = j.at("repeat").get<std::string>();
  r.broken_by = j.value("broken_by", "");
  r.explained_by = j.value("explained_by", "");
  r.no_private_network = j.value("no_private_network", false);
  // A report says the commands once for all results, and their order is the plan's.
  if (const auto run = j.find("run"); run != j.end()) {
    r.index = run->at("index").get<std::size_t>();
    r.command = run->at("command").get<std::string>();
  }
  return r;
}

// A document that is printed into a CI log must not give it orders ("##[error]"): outside strings there is no '#', and
// inside them another spelling means the same.
std::string without_log_commands(std::string text) {
  for (std::size_t at = text.find("##"); at != text.npos; at = text.find("##", at)) text.replace(at, 2, "#\\u0023");
  return text;
}

}  // namespace

std::string result_to_json(const Result& result) {
  Json j = to_json_object(result);
  j["run"] = {{"index", result.index}, {"command", result.command}};
  return j.dump(-1, ' ', false, replace);
}

std::optional<Result> result_from_json(std::string_view text) {
  try {
    return from_json_object(Json::parse(text));
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::bad_optional_access&) {  // a word that is not one of ours
    return std::nullopt;
  }
}

std::optional<std::vector<Result>> results_from_json(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("results") || !document["results"].is_array()) return std::nullopt;
  std::vector<Result> out;
  try {
    for (const Json& one : document["results"]) out.push_back(from_json_object(one));
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::bad_optional_access&) {
    return std::nullopt;
  }
  return out;
}

std::string json_report(const RunResult& run) {
  const Summary sum = summarise(run);
  Json results = Json::array();
  for (const Result& r : run.results) results.push_back(to_json_object(r));
  Json subject = Json::object();
  for (const auto& [role, command] : run.subject) subject[role] = command;
  Json document = {{"schema", "sockrig/run/v2"},
                   {"sockrig", {{"version", run.sockrig_version}}},
                   {"machine", {{"kernel", run.kernel}, {"sandbox", run.sandbox}, {"engine", run.engine}}},
                   {"subject", std::move(subject)},
                   {"seed", run.seed},
                   {"interrupted", run.interrupted},
                   {"duration_ms", finite(run.duration_ms)},
                   {"summary",
                    {{"pass", sum.pass},
                     {"fail", sum.fail},
                     {"inconclusive", sum.inconclusive},
                     {"skipped", sum.skipped},
                     {"error", sum.error}}},
                   {"results", std::move(results)}};
  if (!run.dialogue.empty()) document["dialogue"] = run.dialogue;
  return without_log_commands(document.dump(2, ' ', true, replace)) + "\n";
}

}  // namespace sockrig
