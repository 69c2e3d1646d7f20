// What is said while runs go on: one line that changes where somebody watches, a line a result everywhere else.
//
// Decides only how it looks. It must never be the place where a verdict can be read for certain: that is the report.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/terminal.hpp"
#include "judge/result.hpp"
#include "plan/run_spec.hpp"

namespace sockrig {

class Progress {
 public:
  Progress(std::ostream& stream, const Terminal& terminal, std::size_t total)
      : stream_(stream), terminal_(terminal), total_(total) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void started(const RunSpec& spec);
  void finished(const Result& result);

 private:
  void clear();
  void draw();

  std::ostream& stream_;
  Terminal terminal_;
  std::size_t total_, done_ = 0;
  std::vector<std::string> current_;
  bool drawn_ = false;
};

// "FAIL stream/large [echo-server] — lost 4079 bytes …", in colour or not.
std::string progress_line(const Result& result, bool colour);

}  // namespace sockrig
