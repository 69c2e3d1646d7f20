// The reports: what is told about a run, to whom, in which format.
//
// Decides wording and layout. Every renderer is a pure function of RunResult: it must never read a clock, the
// environment or a file, and must never let a subject's output be taken for something that sockrig said.
// A format is one file beside this one and one line in `reports()`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "judge/result.hpp"

namespace sockrig {

struct ConsoleStyle {
  bool colour = false;
  int width = 100;       // columns; prose is folded there, commands and quotations are not
  bool verbose = false;  // also tell of each claim that passed
};

std::string console_report(const RunResult& run, const ConsoleStyle& style);
std::string json_report(const RunResult& run);  // schema "sockrig/run/v2"
std::string junit_report(const RunResult& run);

struct Report {
  std::string_view name;          // what `--report` takes
  std::string_view default_file;  // its name inside `--out`
  std::string (*render)(const RunResult& run, const ConsoleStyle& style);
};
std::span<const Report> reports();
const Report* find_report(std::string_view name);  // nullptr if there is none

// One result as it travels from one process of ours to another, on one line without '\n'. Everything survives, also
// which run of the plan it is of, except that bytes which are not UTF-8 become replacement characters.
std::string result_to_json(const Result& result);
std::optional<Result> result_from_json(std::string_view text);
// The results of a whole document as json_report() writes it; nothing if it is none.
std::optional<std::vector<Result>> results_from_json(std::string_view text);

}  // namespace sockrig
