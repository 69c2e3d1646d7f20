// `sockrig lint`: is what a person wrote a scenario?
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>
#include <ostream>
#include <set>

#include "catalogue/scenario_file.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

// A folder stands for the scenario files in it: chapters of files, or the files of one chapter.
std::vector<std::string> files_of(const std::string& folder, Diagnostics& problems) {
  std::error_code error;
  bool holds_files = false, holds_folders = false;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const bool is_folder = it->is_directory(ignored);
    holds_folders |= is_folder;
    holds_files |= !is_folder && it->path().extension() == ".toml";
  }
  if (!holds_files || holds_folders) return find_files(folder, problems);
  std::vector<std::string> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".toml") files.push_back(it->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int lint_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err) {
  po::options_description options;
  options.add_options()("scenarios", po::value<std::string>()->value_name("DIR"), "the folder of the scenarios");
  po::variables_map values;
  std::vector<std::string> words;
  const CommandUsage usage = {
      "lint", "[FILE…]",
      "Checks scenario files, or all files of a folder (default: the folder of the scenarios), and tells\n"
      "each problem with its line and column. Exit codes: 0 no problem, 2 problems, 3 nothing to check.",
      "file", "sockrig lint\nsockrig lint my-scenarios/stream/text.toml"};
  if (const auto code = parse_options(arguments, usage, options, values, words, out, err)) return *code;
  const std::string root = values.contains("scenarios") ? values["scenarios"].as<std::string>() : paths.scenarios;
  if (words.empty()) words.push_back(root);

  Diagnostics problems;
  std::set<std::string> files;
  for (const std::string& word : words) {
    std::error_code error;
    if (fs::is_directory(word, error) && !word.ends_with(".toml")) {
      for (std::string& file : files_of(word, problems)) files.insert(std::move(file));
    } else {
      files.insert(word);  // what it is instead of a file is told when it is read
    }
  }
  std::vector<ScenarioFile> loaded;
  std::vector<std::string> ids;
  for (const std::string& file : files) {
    ids.push_back(id_of(root, file));
    if (auto one = load_file(file, ids.back(), problems)) loaded.push_back(std::move(*one));
  }
  // Files may also name claims of the catalogue that were not asked about.
  Diagnostics not_asked;
  std::error_code error;
  if (fs::is_directory(root, error)) {
    for (const std::string& file : find_files(root, not_asked)) ids.push_back(id_of(root, file));
  }
  check_after(loaded, ids, problems);
  sort_problems(problems);
  for (const Diagnostic& problem : problems) err << to_string(problem) << '\n';
  out << fmt::format("{} file{}, {} problem{}\n", files.size(), files.size() == 1 ? "" : "s", problems.size(),
                     problems.size() == 1 ? "" : "s");
  if (!problems.empty()) return 2;
  if (!files.empty()) return 0;
  err << "sockrig lint: there is nothing to check\n";
  return 3;
}

}  // namespace sockrig
