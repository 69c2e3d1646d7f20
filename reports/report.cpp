#include "reports/report.hpp"

#include <array>

namespace sockrig {

std::span<const Report> reports() {
  static constexpr std::array table = {
      Report{"console", "report.txt", console_report},
      Report{"json", "results.json", [](const RunResult& run, const ConsoleStyle&) { return json_report(run); }},
      Report{"junit", "junit.xml", [](const RunResult& run, const ConsoleStyle&) { return junit_report(run); }},
  };
  return table;
}

const Report* find_report(std::string_view name) {
  for (const Report& r : reports()) {
    if (r.name == name) return &r;
  }
  return nullptr;
}

}  // namespace sockrig
