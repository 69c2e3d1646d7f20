// The architecture's first law of inclusion: a stage includes only what stands left of it in
//   wire → faults → catalogue → plan → record → run → observe → judge → campaign → reports → cli
// The shim stands beside the line: it may know the wire format and nothing else. Benchmarks stand behind it.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace sockrig {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> line{"wire",    "faults", "catalogue", "plan",    "record", "run",
                                    "observe", "judge",  "campaign",  "reports", "cli",    "bench"};

// The stage of an include, "" if it names none.
std::string stage_of(const std::string& include) {
  const std::string folder = include.substr(0, include.find('/'));
  return std::ranges::find(line, folder) != line.end() || folder == "shim" ? folder : "";
}

bool may_include(const std::string& stage, const std::string& other) {
  if (stage == other) return true;
  if (stage == "shim") return other == "wire";
  if (other == "shim") return false;
  return std::ranges::find(line, other) < std::ranges::find(line, stage);
}

std::vector<std::string> includes_of(const fs::path& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s+"([^"]+)")re");
  std::vector<std::string> out;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    if (std::smatch m; std::regex_search(text, m, pattern)) out.push_back(m[1]);
  }
  return out;
}

// What several tests share is named after that: NAME_for_tests.hpp.
bool is_of_tests(const std::string& file) {
  return file.ends_with("_test.cpp") || file.ends_with("_for_tests.hpp");
}

fs::path folder_of(const std::string& stage) {
  return fs::path(SOCKRIG_SOURCE_DIR) / (stage == "reports" ? "" : "harness") / stage;
}

std::vector<fs::path> sources_of(const std::string& stage) {
  std::vector<fs::path> out;
  if (!fs::exists(folder_of(stage))) return out;
  for (const auto& entry : fs::recursive_directory_iterator(folder_of(stage))) {
    const std::string extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".hpp" || extension == ".c") out.push_back(entry.path());
  }
  return out;
}

// "judge.cpp → rig.hpp → <sys/socket.h>", or "" if nothing of ours that the file includes leads to the system.
std::string way_to_the_system(const fs::path& file, std::set<fs::path>& seen) {
  static const std::regex system(
      R"re(^\s*#\s*include\s+(<((sys|linux|netinet)/.*|(unistd|fcntl|poll|sched|signal|spawn|dirent|time)\.h|)re"
      R"re(chrono|thread|mutex|ctime)>))re");
  if (!seen.insert(file).second) return "";
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    if (std::smatch m; std::regex_search(text, m, system)) return file.string() + " → " + m[1].str();
  }
  for (const std::string& include : includes_of(file)) {
    const fs::path top = SOCKRIG_SOURCE_DIR,
                   next = fs::exists(top / include) ? top / include : top / "harness" / include;
    if (const std::string way = way_to_the_system(next, seen); !way.empty()) return file.string() + " → " + way;
  }
  return "";
}

std::vector<std::string> stages_and_shim() {
  std::vector<std::string> stages = line;
  stages.push_back("shim");
  return stages;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layers)

BOOST_AUTO_TEST_CASE(a_stage_includes_only_what_stands_left_of_it) {
  std::size_t checked = 0;
  for (const fs::directory_entry& folder : fs::directory_iterator(fs::path(SOCKRIG_SOURCE_DIR) / "harness")) {
    if (folder.is_directory())
      BOOST_TEST(stage_of(folder.path().filename().string() + "/") != "", folder.path() << " is no stage of the line");
  }
  for (const std::string& stage : stages_and_shim()) {
    for (const fs::path& file : sources_of(stage)) {
      for (const std::string& include : includes_of(file)) {
        const std::string other = stage_of(include);
        if (other.empty()) continue;
        ++checked;
        BOOST_TEST(may_include(stage, other), file.string() << " includes " << include);
        // What these need of a run is in its record.
        const bool knows_records_only = stage == "observe" || stage == "judge" || stage == "reports";
        BOOST_TEST((!knows_records_only || other != "run" || is_of_tests(file.filename())),
                   file.string() << " includes " << include);
      }
    }
  }
  BOOST_TEST(checked > 100u, "includes were found at all: " << checked);
}

BOOST_AUTO_TEST_CASE(a_header_that_only_tests_include_says_so_in_its_name) {
  std::map<std::string, bool> by_a_product;  // by what an include names
  for (const std::string& stage : stages_and_shim()) {
    for (const fs::path& file : sources_of(stage)) {
      const bool of_tests = is_of_tests(file.filename());
      for (const std::string& include : includes_of(file)) {
        if (stage_of(include).empty()) continue;
        by_a_product[include] |= !of_tests;
        BOOST_TEST((of_tests || !is_of_tests(include)), file.string() << " is no test and includes " << include);
      }
    }
  }
  for (const auto& [header, used] : by_a_product)
    BOOST_TEST((used || is_of_tests(header)), header << " is included by tests alone: name it …_for_tests.hpp");
}

BOOST_AUTO_TEST_CASE(programs_under_test_share_no_code_with_the_harness) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOCKRIG_SOURCE_DIR) / "sut")) {
    const std::string extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    ++files;
    for (const std::string& include : includes_of(entry.path()))
      BOOST_TEST(stage_of(include) == "", entry.path().string() << " includes " << include);
  }
  BOOST_TEST(files > 10u);
}

BOOST_AUTO_TEST_CASE(pure_stages_reach_for_no_system) {
  // "Catalogue, plan, record, observe, judge, blame and reports are pure. Only run forks, opens sockets or reads the
  // clock." What a file includes of ours is followed: a header that reaches for the system brings it to all that
  // include it.
  for (const char* stage : {"faults", "catalogue", "plan", "record", "observe", "judge", "campaign", "reports"}) {
    for (const fs::path& file : sources_of(stage)) {
      const std::string name = file.filename();
      if (std::string_view(stage) == "campaign" && !name.starts_with("blame")) continue;
      if (is_of_tests(name)) continue;  // tests may do as they please
      std::set<fs::path> seen;
      const std::string way = way_to_the_system(file, seen);
      BOOST_TEST(way == "", way);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_way_to_the_system_is_found_through_other_files) {
  std::set<fs::path> seen;
  const fs::path rig = folder_of("run") / "rig.cpp";
  BOOST_TEST(way_to_the_system(rig, seen).starts_with(rig.string() + " → "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
