// What reading one file yields besides the scenario, for those who check it against others.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/scenario.hpp"

namespace sockrig {

struct Position {
  int line = 0, column = 0;
};

struct ScenarioFile {
  Scenario scenario;
  std::vector<Position> after;  // where each of scenario.after stands
};

std::optional<ScenarioFile> parse_file(std::string_view text, const std::string& id, const std::string& file,
                                       Diagnostics& problems);
std::optional<ScenarioFile> load_file(const std::string& file, const std::string& id, Diagnostics& problems);

// "stream/x" for root/stream/x.toml; a file elsewhere is called by its last two path components.
std::string id_of(const std::string& root, const std::string& file);

// Every scenario file below root, by path; what does not belong there is a problem.
std::vector<std::string> find_files(const std::string& root, Diagnostics& problems);

// `after` across files: names that do not exist (among `ids`) and circles.
void check_after(const std::vector<ScenarioFile>& files, const std::vector<std::string>& ids, Diagnostics& problems);

// By file, then by place.
void sort_problems(Diagnostics& problems);

}  // namespace sockrig
