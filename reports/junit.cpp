// The run as JUnit XML, as GitLab, Jenkins and the GitHub reporters read it: a suite a chapter, a case a claim and
// role.
//
// There is no timestamp, since reports have no clock.

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <vector>

#include "reports/explanation.hpp"
#include "reports/report.hpp"
#include "reports/text.hpp"

namespace sockrig {
namespace {

// Readers refuse more than 30 MB. What explains a failure is left out before a failure is.
constexpr std::size_t most_text = 24'000'000, most_message = 1000;

// fmt's numbers have a dot, whatever the locale.
std::string seconds(double milliseconds) {
  return fmt::format("{:.3f}", std::isfinite(milliseconds) ? milliseconds / 1000 : 0);
}

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, xml_escaped(shortened(shown(value), most_message)));
}

// GitLab drops a case whose names occurred before, so the second one of a name is numbered.
std::string unique_name(const Result& r, std::map<std::string, int>& used) {
  const std::string name = fmt::format("{} [{}]", r.id, to_string(r.role));
  const int times = ++used[name];
  return times == 1 ? name : fmt::format("{} ({})", name, times);
}

std::string text_of(const Result& r, std::size_t& spent) {
  std::string text = xml_escaped(explanation(r, ConsoleStyle{}));
  if (spent + text.size() > most_text) return "left out: this file would be larger than its readers allow";
  spent += text.size();
  return text;
}

std::string verdict(const Result& r, std::size_t& spent) {
  const std::string message = r.reason.empty() && r.diagnosis ? r.diagnosis->message : r.reason;
  const auto element = [&](std::string_view tag, std::string_view type, std::string_view said) {
    return fmt::format("      <{}{}{}>{}</{}>\n", tag, attribute("message", said), attribute("type", type),
                       text_of(r, spent), tag);
  };
  switch (r.outcome) {
    case Outcome::pass:
      return "";
    case Outcome::fail:
      return element("failure", r.diagnosis ? r.diagnosis->code : "failure", message);
    // Not a failure of the subject, yet it must not look like a pass; <skipped> does, in most readers.
    case Outcome::inconclusive:
      return element("error", "inconclusive", "inconclusive: " + message);
    case Outcome::skipped:
      return fmt::format("      <skipped{}/>\n", attribute("message", message));
    case Outcome::error:
      return element("error", "harness", message);
  }
  return "";
}

std::string test_case(const Result& r, std::map<std::string, int>& used, std::size_t& spent) {
  const std::string start =
      fmt::format("    <testcase{}{} time=\"{}\"{}", attribute("classname", "sockrig." + r.chapter),
                  attribute("name", unique_name(r, used)), seconds(r.duration_ms), attribute("file", r.file));
  const std::string inside = verdict(r, spent);
  return inside.empty() ? start + "/>\n" : start + ">\n" + inside + "    </testcase>\n";
}

// tests, failures, errors, skipped and time, which the suites and the whole have alike.
std::string counts(const RunResult& part) {
  const Summary sum = summarise(part);
  return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"", part.results.size(),
                     sum.fail, sum.error + sum.inconclusive, sum.skipped, seconds(part.duration_ms));
}

std::string properties(const RunResult& run) {
  std::string out = "    <properties>\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    out += fmt::format("      <property{}{}/>\n", attribute("name", name), attribute("value", value));
  };
  add("sockrig", run.sockrig_version);
  add("kernel", run.kernel);
  add("sandbox", run.sandbox);
  add("engine", run.engine);
  add("seed", std::to_string(run.seed));
  for (const auto& [role, command] : run.subject) add("subject." + role, command);
  if (run.interrupted) add("interrupted", "true");
  return out + "    </properties>\n";
}

std::vector<std::pair<std::string, RunResult>> chapters_of(const RunResult& run) {
  std::vector<std::pair<std::string, RunResult>> parts;
  for (const Result& r : run.results) {
    auto part = parts.begin();
    while (part != parts.end() && part->first != r.chapter) ++part;
    if (part == parts.end()) part = parts.insert(part, {r.chapter, {}});
    part->second.results.push_back(r);
    part->second.duration_ms += r.duration_ms;
  }
  return parts;
}

}  // namespace

std::string junit_report(const RunResult& run) {
  std::map<std::string, int> used;
  std::size_t spent = 0;
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"sockrig\"{}>\n", counts(run));
  for (const auto& [chapter, part] : chapters_of(run)) {
    out += fmt::format("  <testsuite{}{}>\n{}", attribute("name", "sockrig." + chapter), counts(part), properties(run));
    for (const Result& r : part.results) out += test_case(r, used, spent);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace sockrig
