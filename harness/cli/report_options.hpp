// Which reports of a run are wanted and where they go: --report, --out and --verbose, the same for every command that
// has results; and how they are written.
//
// Everything that can be found wrong with a place is found before the first run: files are opened first.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <iosfwd>
#include <string>
#include <vector>

#include "cli/output_files.hpp"
#include "reports/report.hpp"

namespace sockrig {

struct ReportTarget {
  const Report* report = nullptr;
  std::string path;  // "-" = standard output
};

struct ReportOptions {
  std::vector<ReportTarget> targets;  // complete: --out and the default are worked in
  std::string out_directory;          // "" = none
  bool verbose = false;
};

void add_report_options(boost::program_options::options_description& to);
// "" or what is wrong.
std::string take_report_options(const boost::program_options::variables_map& given, ReportOptions& options);

class OpenReports {
 public:
  // Opens every file. Throws Refusal that names the one that cannot be made.
  explicit OpenReports(ReportOptions options);
  // Every report is tried, also after one that failed, told on `err`. Returns whether all arrived.
  bool write(const RunResult& run, std::ostream& out, std::ostream& err);

 private:
  ReportOptions options_;
  std::vector<OutputFile> files_;     // of the targets, without standard output
  std::vector<const Report*> kinds_;  // of each file
  const Report* on_standard_output_ = nullptr;
};

}  // namespace sockrig
