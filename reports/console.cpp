// The run as a person reads it in a terminal: what failed, why, and what to do next.

#include <fmt/format.h>

#include <algorithm>

#include "reports/explanation.hpp"
#include "reports/report.hpp"
#include "reports/text.hpp"

namespace sockrig {
namespace {

std::string name_of(const Result& r) {
  return fmt::format("{} [{}]", shown(r.id), to_string(r.role));
}

// In the order of the results, which is the catalogue's.
std::vector<std::pair<std::string, Summary>> by_chapter(const RunResult& run) {
  std::vector<std::pair<std::string, RunResult>> parts;
  for (const Result& r : run.results) {
    auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& p) { return p.first == r.chapter; });
    if (part == parts.end()) part = parts.insert(parts.end(), {r.chapter, {}});
    part->second.results.push_back(r);
  }
  std::vector<std::pair<std::string, Summary>> sums;
  for (const auto& [chapter, part] : parts) sums.emplace_back(chapter, summarise(part));
  return sums;
}

std::string table(const RunResult& run, const ConsoleStyle& style) {
  const auto cell = [&](int count, std::size_t width, Tone tone) {
    const std::string text = fmt::format("{:>{}}", count == 0 ? "·" : std::to_string(count), width);
    return toned(style, count == 0 ? Tone::faint : tone, text);
  };
  const std::string head =
      fmt::format("{:<12}{:>6}{:>6}{:>14}{:>9}{:>7}", "chapter", "pass", "fail", "inconclusive", "skipped", "error");
  std::string out = toned(style, Tone::bold, head) + "\n";
  for (const auto& [chapter, sum] : by_chapter(run)) {
    out += fmt::format("{:<12}", shown(chapter)) + cell(sum.pass, 6, Tone::good) + cell(sum.fail, 6, Tone::bad) +
           cell(sum.inconclusive, 14, Tone::warn) + cell(sum.skipped, 9, Tone::plain) + cell(sum.error, 7, Tone::bad) +
           "\n";
  }
  return out + "\n";
}

std::string failures(const RunResult& run, const ConsoleStyle& style) {
  std::string out;
  for (const Result& r : run.results) {
    const bool ours = r.outcome == Outcome::error;
    if (r.outcome != Outcome::fail && !ours) continue;
    const std::string title = fmt::format("{} {} ({})", ours ? "ERROR" : "FAIL", name_of(r), to_string(r.level));
    out += toned(style, Tone::bad, title) + "\n" + explanation(r, style) + "\n";
  }
  return out;
}

// A reason that many share is told once.
std::string grouped(const RunResult& run, Outcome outcome, std::string_view title, const ConsoleStyle& style) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const Result& r : run.results) {
    if (r.outcome != outcome) continue;
    const std::string reason = r.reason.empty() ? "no reason was given" : shortened(shown(r.reason), 1000);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == reason; });
    if (group == groups.end()) group = groups.insert(groups.end(), {reason, {}});
    group->second.push_back(name_of(r));
  }
  if (groups.empty()) return "";
  std::string out = toned(style, Tone::warn, title) + "\n";
  for (const auto& [reason, names] : groups) {
    out += folded(reason + ":", "  ", style.width);
    for (const std::string& name : names) out += fmt::format("    {}\n", name);
  }
  return out + "\n";
}

std::string passes(const RunResult& run, const ConsoleStyle& style) {
  std::string out;
  for (const Result& r : run.results) {
    if (r.outcome != Outcome::pass) continue;
    std::string line = fmt::format("{} {} ({:.0f} ms)", toned(style, Tone::good, "ok"), name_of(r), r.duration_ms);
    for (const FaultResult& f : r.faults) line += fmt::format(", {}: fired {} of {}", shown(f.text), f.fired, f.seen);
    out += line + "\n";
  }
  return out.empty() ? "" : out + "\n";
}

std::string last_line(const RunResult& run, const ConsoleStyle& style) {
  const Summary sum = summarise(run);
  const std::string line = fmt::format(
      "{} passed, {} failed, {} inconclusive, {} skipped, {} {} in {:.1f} s (seed {}, {})", sum.pass, sum.fail,
      sum.inconclusive, sum.skipped, sum.error, sum.error == 1 ? "error" : "errors", run.duration_ms / 1000, run.seed,
      run.sandbox.starts_with("none") ? "no sandbox" : shown(run.sandbox));
  const bool bad = sum.fail + sum.error > 0 || run.results.empty();
  return toned(style, bad ? Tone::bad : sum.inconclusive > 0 || run.interrupted ? Tone::warn : Tone::good, line) + "\n";
}

std::string head(const RunResult& run) {
  std::string out = fmt::format("sockrig {} on {}, sandbox: {}, engine: {}\n", shown(run.sockrig_version),
                                shown(run.kernel), shown(run.sandbox), shown(run.engine));
  for (const auto& [role, command] : run.subject) out += fmt::format("{}: {}\n", shown(role), shown(command));
  if (!run.dialogue.empty()) out += fmt::format("dialogue: {}\n", shown(run.dialogue));
  return out + "\n";
}

}  // namespace

std::string console_report(const RunResult& run, const ConsoleStyle& style) {
  std::string out = head(run);
  if (style.verbose) out += passes(run, style);
  out += failures(run, style);
  out += grouped(run, Outcome::inconclusive, "Inconclusive: neither passed nor failed, because", style);
  out += grouped(run, Outcome::skipped, "Skipped, because", style);
  if (!run.results.empty()) out += table(run, style);
  if (run.interrupted) out += "Interrupted: these are the results so far.\n";
  const Summary sum = summarise(run);
  if (sum.skipped > 0 && sum.skipped == static_cast<int>(run.results.size()))
    out += "Nothing was tried: every claim was skipped.\n";
  return out + last_line(run, style);
}

}  // namespace sockrig
