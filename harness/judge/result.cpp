#include "judge/result.hpp"

#include <array>

namespace sockrig {

std::string_view to_string(Outcome o) {
  switch (o) {
    case Outcome::pass:
      return "pass";
    case Outcome::fail:
      return "fail";
    case Outcome::inconclusive:
      return "inconclusive";
    case Outcome::skipped:
      return "skipped";
    case Outcome::error:
      return "error";
  }
  return "?";
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  constexpr std::array all = {Outcome::pass, Outcome::fail, Outcome::inconclusive, Outcome::skipped, Outcome::error};
  for (Outcome o : all) {
    if (to_string(o) == text) return o;
  }
  return std::nullopt;
}

std::string_view to_string(StepState s) {
  switch (s) {
    case StepState::met:
      return "met";
    case StepState::unmet:
      return "unmet";
    case StepState::not_reached:
      return "not-reached";
  }
  return "?";
}

RunId run_id(const Result& result) {
  return {.index = result.index, .claim = result.id, .variant = {result.role, result.command}};
}

Summary summarise(const RunResult& run) {
  Summary sum;
  for (const Result& r : run.results) {
    switch (r.outcome) {
      case Outcome::pass:
        ++sum.pass;
        break;
      case Outcome::fail:
        ++sum.fail;
        break;
      case Outcome::inconclusive:
        ++sum.inconclusive;
        break;
      case Outcome::skipped:
        ++sum.skipped;
        break;
      case Outcome::error:
        ++sum.error;
        break;
    }
  }
  return sum;
}

int exit_code(const RunResult& run) {
  // Interrupted comes first: whatever the results say, they are not all there.
  if (run.interrupted) return 130;
  if (run.results.empty()) return 3;
  const Summary sum = summarise(run);
  if (sum.error > 0) return 5;
  if (sum.fail > 0) return 1;
  if (sum.inconclusive > 0) return 4;
  return 0;
}

}  // namespace sockrig
