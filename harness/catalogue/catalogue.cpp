// The scenarios folder: finding the files, reading them, and checking them against each other.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <tuple>

#include "catalogue/scenario.hpp"
#include "catalogue/scenario_file.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;

bool is_id_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// The entries of a folder by name. Files that begin with a dot are the business of editors and tools.
std::vector<fs::path> entries(const fs::path& folder, Diagnostics& problems) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with('.')) out.push_back(it->path());
  }
  if (error) problems.push_back({folder.string(), 0, 0, fmt::format("cannot be read: {}", error.message())});
  std::sort(out.begin(), out.end());
  return out;
}

bool is_toml(const fs::path& path) {
  return path.extension() == ".toml";
}

std::optional<std::string> read_text(const std::string& file, Diagnostics& problems) {
  const auto refuse = [&](std::string message) {
    problems.push_back({file, 0, 0, std::move(message)});
    return std::nullopt;
  };
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) return refuse("there is no such file");
  if (error) return refuse(fmt::format("cannot be read: {}", error.message()));
  if (status.type() == fs::file_type::directory) return refuse("is a folder, not a file");
  // Opening a pipe or a device would wait, or never end.
  if (status.type() != fs::file_type::regular) return refuse("is not a regular file");
  std::ifstream in(file, std::ios::binary);
  if (!in) return refuse(fmt::format("cannot be read: {}", std::strerror(errno)));
  std::string text(most_scenario_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return refuse("cannot be read to its end");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > most_scenario_bytes) return refuse("is larger than 256 KiB: that is no scenario");
  return text;
}

std::string claims(const std::vector<std::string>& path) {
  return fmt::format("{}", fmt::join(path, " → "));
}

}  // namespace

bool is_scenario_id(std::string_view id) {
  constexpr std::size_t longest_name = 255;  // of a file (NAME_MAX)
  const std::size_t slash = id.find('/');
  return id.size() <= longest_name && slash != id.npos && is_id_word(id.substr(0, slash)) &&
         is_id_word(id.substr(slash + 1));
}

void sort_problems(Diagnostics& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
}

std::string id_of(const std::string& root, const std::string& file) {
  std::error_code error;
  const fs::path absolute_file = fs::absolute(file, error).lexically_normal();
  const fs::path absolute_root = fs::absolute(root, error).lexically_normal() / "";
  fs::path path = absolute_file.lexically_relative(absolute_root);
  if (root.empty() || path.empty() || *path.begin() == "..") {
    path = absolute_file.parent_path().filename() / absolute_file.filename();
  }
  return path.replace_extension().generic_string();
}

std::optional<ScenarioFile> load_file(const std::string& file, const std::string& id, Diagnostics& problems) {
  const auto text = read_text(file, problems);
  return text ? parse_file(*text, id, file, problems) : std::nullopt;
}

std::optional<Scenario> load_scenario(const std::string& root, const std::string& file, Diagnostics& problems) {
  auto loaded = load_file(file, id_of(root, file), problems);
  if (!loaded) return std::nullopt;
  return std::move(loaded->scenario);
}

std::vector<std::string> find_files(const std::string& root, Diagnostics& problems) {
  std::vector<std::string> files;
  for (const fs::path& chapter : entries(root, problems)) {
    std::error_code error;
    const bool folder = fs::is_directory(chapter, error);
    if (is_toml(chapter)) {
      problems.push_back({chapter.string(), 0, 0,
                          folder ? "is a folder, not a file" : "stands in no chapter: expected CHAPTER/NAME.toml"});
      continue;
    }
    if (error) problems.push_back({chapter.string(), 0, 0, fmt::format("cannot be read: {}", error.message())});
    if (!folder) continue;
    for (const fs::path& file : entries(chapter, problems)) {
      std::error_code ignored;
      if (!is_toml(file) && fs::is_directory(file, ignored)) {
        problems.push_back({file.string(), 0, 0, "a folder inside a chapter: expected CHAPTER/NAME.toml"});
      } else if (is_toml(file) && (!is_id_word(file.stem().string()) || !is_id_word(chapter.filename().string()))) {
        problems.push_back({file.string(), 0, 0, "chapter and name are small letters, digits and '-'"});
      } else if (is_toml(file)) {
        files.push_back(file.string());
      }
    }
  }
  return files;
}

void check_after(const std::vector<ScenarioFile>& files, const std::vector<std::string>& ids, Diagnostics& problems) {
  std::map<std::string, const ScenarioFile*> by_id;
  for (const ScenarioFile& f : files) by_id[f.scenario.id] = &f;
  for (const ScenarioFile& f : files) {
    for (std::size_t i = 0; i < f.scenario.after.size(); ++i) {
      const std::string& id = f.scenario.after[i];
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
      problems.push_back({f.scenario.file, f.after[i].line, f.after[i].column,
                          fmt::format("there is no claim '{}'{}", id, did_you_mean(id, ids))});
    }
  }

  // Depth first; a claim that is met again while it is still being walked closes a circle, which is told once.
  std::map<std::string, bool> walked;  // false: still being walked
  std::vector<std::string> path;
  const std::function<void(const ScenarioFile&)> walk = [&](const ScenarioFile& f) {
    walked[f.scenario.id] = false;
    path.push_back(f.scenario.id);
    for (std::size_t i = 0; i < f.scenario.after.size(); ++i) {
      const std::string& id = f.scenario.after[i];
      const auto next = by_id.find(id);
      if (next == by_id.end()) continue;
      const auto seen = walked.find(id);
      if (seen == walked.end()) {
        walk(*next->second);
      } else if (!seen->second) {
        std::vector<std::string> circle(std::find(path.begin(), path.end(), id), path.end());
        circle.push_back(id);
        problems.push_back({f.scenario.file, f.after[i].line, f.after[i].column,
                            fmt::format("claims wait for each other: {}", claims(circle))});
      }
    }
    path.pop_back();
    walked[f.scenario.id] = true;
  };
  for (const ScenarioFile& f : files) {
    if (!walked.contains(f.scenario.id)) walk(f);
  }
}

Catalogue load_catalogue(const std::string& root) {
  Catalogue all;
  std::vector<ScenarioFile> files;
  std::vector<std::string> ids;
  for (const std::string& file : find_files(root, all.problems)) {
    ids.push_back(id_of(root, file));
    if (auto loaded = load_file(file, ids.back(), all.problems)) files.push_back(std::move(*loaded));
  }
  check_after(files, ids, all.problems);
  sort_problems(all.problems);
  for (ScenarioFile& f : files) all.scenarios.push_back(std::move(f.scenario));
  std::sort(all.scenarios.begin(), all.scenarios.end(), [](const Scenario& a, const Scenario& b) {
    const int left = chapter_rank(a.chapter), right = chapter_rank(b.chapter);
    return std::tie(left, a.chapter, a.id) < std::tie(right, b.chapter, b.id);
  });
  return all;
}

}  // namespace sockrig
