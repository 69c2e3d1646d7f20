#include "reports/explanation.hpp"

#include <fmt/format.h>

#include "reports/text.hpp"

namespace sockrig {
namespace {

constexpr std::string_view indent = "    ";
constexpr std::size_t most_steps = 60, most_details = 40, most_output_lines = 30, most_columns = 400;

std::string heading(const ConsoleStyle& style, std::string_view text) {
  return "  " + toned(style, Tone::bold, text) + "\n";
}

std::string mark_of(StepState state, const ConsoleStyle& style) {
  switch (state) {
    case StepState::met:
      return toned(style, Tone::good, "✓");
    case StepState::unmet:
      return toned(style, Tone::bad, "✗");
    case StepState::not_reached:
      return toned(style, Tone::faint, "·");
  }
  return "?";
}

std::string one_step(const StepResult& s, const ConsoleStyle& style) {
  std::string line =
      fmt::format("{}{:>2}. {} {}", indent, s.number, mark_of(s.state, style), shortened(shown(s.text), most_columns));
  if (!s.note.empty()) line += " — " + shortened(shown(s.note), most_columns);
  return line + "\n";
}

// How many there are up to the last that did not hold, or that held if all did.
std::size_t steps_worth_telling(const std::vector<StepResult>& steps) {
  std::size_t met = 0, unmet = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].state == StepState::met) met = i + 1;
    if (steps[i].state == StepState::unmet) unmet = i + 1;
  }
  return unmet > 0 ? unmet : met;
}

// What comes after the step that did not hold would only hide it.
std::string steps(const Result& r, const ConsoleStyle& style) {
  if (r.steps.empty()) return "";
  std::string out = heading(style, "What was done");
  const std::size_t told = steps_worth_telling(r.steps);
  const std::size_t left_out = told > most_steps ? told - most_steps : 0;
  if (left_out > 0) out += fmt::format("{}… {} earlier steps\n", indent, left_out);
  for (std::size_t i = left_out; i < told; ++i) out += one_step(r.steps[i], style);
  if (const std::size_t rest = r.steps.size() - told; rest > 0) {
    const std::string text = fmt::format("({} further {})", rest, rest == 1 ? "step" : "steps");
    out += fmt::format("{}    {}\n", indent, toned(style, Tone::faint, text));
  }
  return out;
}

std::string diagnosis(const Result& r, const ConsoleStyle& style) {
  if (!r.diagnosis) return "";
  const Diagnosis& d = *r.diagnosis;
  std::string out = heading(style, "What the program did");
  std::string where;
  if (!d.connection.empty()) where = "connection " + shown(d.connection);
  if (d.offset) where += fmt::format("{}offset {}", where.empty() ? "" : ", ", *d.offset);
  const std::string code = fmt::format("[{}]", shown(d.code));
  const std::string message = shortened(shown(d.message), 2000);
  out += folded(where.empty() ? message + " " + code : message, indent, style.width);
  if (!where.empty()) out += fmt::format("{}first divergence: {} {}\n", indent, where, code);
  std::size_t told = 0;
  for (const std::string& detail : d.details) {
    if (told++ == most_details) {
      out += fmt::format("{}  … {} more\n", indent, d.details.size() - most_details);
      break;
    }
    out += fmt::format("{}  {}\n", indent, shortened(shown(detail), most_columns));
  }
  return out;
}

std::string one_fault(const FaultResult& f) {
  std::string line = fmt::format("{}{}: fired {} of {} times", indent, shown(f.text), f.fired, f.seen);
  if (!f.realised.empty()) line += fmt::format(", by the {}", shown(f.realised));
  std::string separator = "; withheld: ";
  for (const auto& [reason, count] : f.withheld) {
    line += fmt::format("{}{} × {}", separator, count, shown(reason));
    separator = ", ";
  }
  return line + "\n";
}

std::string evidence(const Result& r, const ConsoleStyle& style) {
  std::string out;
  if (!r.faults.empty()) out += heading(style, "Faults");
  for (const FaultResult& f : r.faults) out += one_fault(f);
  if (!r.kernel.empty()) out += heading(style, "What the kernel counted");
  for (const auto& [name, count] : r.kernel) out += fmt::format("{}{}: {}\n", indent, shown(name), count);
  return out;
}

std::string quoted_output(const Result& r, const ConsoleStyle& style) {
  if (r.output.empty()) return "";
  std::string out = heading(style, "What the program wrote");
  for (const std::string& line : shown_lines(r.output, most_output_lines, most_columns)) {
    out += fmt::format("{}{} {}\n", indent, toned(style, Tone::faint, "|"), line);
  }
  return out;
}

std::string paragraph(const ConsoleStyle& style, std::string_view title, std::string_view text) {
  if (text.empty()) return "";
  return heading(style, title) + folded(shortened(shown(text), 4000), indent, style.width);
}

}  // namespace

std::string toned(const ConsoleStyle& style, Tone tone, std::string_view text) {
  if (!style.colour || tone == Tone::plain) return std::string(text);
  const auto code = [tone] {
    switch (tone) {
      case Tone::plain:
        return "0";
      case Tone::bold:
        return "1";
      case Tone::faint:
        return "2";
      case Tone::good:
        return "32";
      case Tone::bad:
        return "31";
      case Tone::warn:
        return "33";
    }
    return "0";
  };
  return fmt::format("\x1b[{}m{}\x1b[0m", code(), text);
}

std::string explanation(const Result& r, const ConsoleStyle& style) {
  std::string out = folded(shown(r.claim), "  ", style.width);
  out += steps(r, style);
  out += diagnosis(r, style);
  if (!r.diagnosis) out += paragraph(style, r.outcome == Outcome::fail ? "What the program did" : "Why", r.reason);
  out += paragraph(style, "What requires it", r.clause);
  out += evidence(r, style);
  out += paragraph(style, "Hint", r.hint);
  out += quoted_output(r, style);
  // A command is never folded or shortened: it is there to be copied.
  if (!r.repeat.empty()) out += heading(style, "Again") + std::string(indent) + shown(r.repeat) + "\n";
  return out;
}

}  // namespace sockrig
