#include "cli/report_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "cli/refusal.hpp"
#include "cli/terminal.hpp"
#include "faults/nearest.hpp"

namespace sockrig {
namespace {

namespace po = boost::program_options;

std::vector<std::string> report_names() {
  std::vector<std::string> names;
  for (const Report& r : reports()) names.emplace_back(r.name);
  return names;
}

std::string one_report(const std::string& word, ReportOptions& options) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const Report* report = find_report(name);
  if (report == nullptr) {
    const std::vector<std::string> names = report_names();
    return fmt::format("--report: '{}' is not one of {}{}", name, fmt::join(names, ", "), did_you_mean(name, names));
  }
  std::string path =
      options.out_directory.empty() ? "-" : options.out_directory + "/" + std::string(report->default_file);
  if (equals != word.npos) path = word.substr(equals + 1);
  if (path.empty()) return fmt::format("--report: no path after '{}'", word);
  options.targets.push_back({report, path});
  return "";
}

bool has(const ReportOptions& options, std::string_view path) {
  return std::ranges::any_of(options.targets, [&](const ReportTarget& t) { return t.path == path; });
}

bool has_report(const ReportOptions& options, std::string_view name) {
  return std::ranges::any_of(options.targets, [&](const ReportTarget& t) { return t.report->name == name; });
}

std::string two_in_one_place(const ReportOptions& options) {
  for (std::size_t i = 0; i < options.targets.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (options.targets[i].path != options.targets[k].path) continue;
      const std::string where = options.targets[i].path == "-" ? "standard output" : options.targets[i].path;
      return fmt::format("--report: {} and {} would both be written to {}", options.targets[k].report->name,
                         options.targets[i].report->name, where);
    }
  }
  return "";
}

}  // namespace

void add_report_options(po::options_description& to) {
  auto add = to.add_options();
  add("report", po::value<std::vector<std::string>>()->composing()->value_name("KIND[=PATH]"),
      fmt::format("{}; '-' is standard output; may be given several times", fmt::join(report_names(), ", ")).c_str());
  add("out", po::value<std::string>()->value_name("DIR"), "write results.json and junit.xml there (made if missing)");
  add("verbose,v", "also report what passed");
}

std::string take_report_options(const po::variables_map& given, ReportOptions& options) {
  options.verbose = given.count("verbose") != 0;
  if (given.count("out") != 0) options.out_directory = given["out"].as<std::string>();
  if (given.count("out") != 0 && options.out_directory.empty()) return "--out: an empty path";
  if (given.count("report") != 0) {
    for (const std::string& word : given["report"].as<std::vector<std::string>>()) {
      if (std::string problem = one_report(word, options); !problem.empty()) return problem;
    }
  }
  if (std::string problem = two_in_one_place(options); !problem.empty()) return problem;
  for (const char* name : {"json", "junit"}) {
    const Report* report = find_report(name);
    const std::string path = options.out_directory + "/" + std::string(report->default_file);
    if (!options.out_directory.empty() && !has(options, path)) options.targets.push_back({report, path});
  }
  // Somebody who asks for files only still wants to see what happened.
  if (!has_report(options, "console") && !has(options, "-")) options.targets.push_back({find_report("console"), "-"});
  return "";
}

OpenReports::OpenReports(ReportOptions options) : options_(std::move(options)) {
  if (!options_.out_directory.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options_.out_directory, error);
    if (error) throw Refusal(fmt::format("--out: cannot make {}: {}", options_.out_directory, error.message()));
  }
  for (const ReportTarget& target : options_.targets) {
    if (target.path == "-") {
      on_standard_output_ = target.report;
      continue;
    }
    try {
      files_.emplace_back(target.path);
    } catch (const std::system_error& e) {
      throw Refusal(e.what());
    }
    kinds_.push_back(target.report);
  }
}

bool OpenReports::write(const RunResult& run, std::ostream& out, std::ostream& err) {
  bool all = true;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const std::string problem =
        files_[i].write(kinds_[i]->render(run, {.colour = false, .width = 100, .verbose = options_.verbose}));
    if (!problem.empty()) err << "sockrig: " << problem << '\n';
    all = all && problem.empty();
  }
  if (on_standard_output_ != nullptr) {
    const Terminal terminal = terminal_of(out);
    out << on_standard_output_->render(
        run, {.colour = terminal.colour, .width = terminal.width, .verbose = options_.verbose});
    out.flush();
    if (!out) err << "sockrig: cannot write to standard output\n";
    all = all && static_cast<bool>(out);
  }
  return all;
}

}  // namespace sockrig
