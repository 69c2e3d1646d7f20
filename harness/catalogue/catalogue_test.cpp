#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "catalogue/scenario.hpp"

using namespace sockrig;
namespace fs = std::filesystem;

namespace {

// A scenarios folder of its own, gone with the test.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "sockrig-catalogue-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
  }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

std::string scenario(const std::string& after = "") {
  return "claim = \"c\"\nclause = \"k\"\nrole = \"echo-server\"\nlevel = \"must\"\nhint = \"h\"\n" +
         (after.empty() ? "" : "after = [" + after + "]\n") + "[script]\npeer = \"a: connect\"\n";
}

std::vector<std::string> ids(const Catalogue& all) {
  std::vector<std::string> out;
  for (const Scenario& s : all.scenarios) out.push_back(s.id);
  return out;
}

std::string only_problem(const Catalogue& all) {
  for (std::size_t i = 1; i < all.problems.size(); ++i) BOOST_ERROR(to_string(all.problems[i]));
  BOOST_REQUIRE(!all.problems.empty());
  return to_string(all.problems.front());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalogue)

BOOST_AUTO_TEST_CASE(chapters_follow_the_life_of_a_channel) {
  const char* order[] = {"resolve", "socket", "bind",     "listen", "accept",    "connect",
                         "stream",  "duplex", "shutdown", "close",  "time-wait", "failure"};
  for (std::size_t i = 1; i < std::size(order); ++i) BOOST_TEST(chapter_rank(order[i - 1]) < chapter_rank(order[i]));
  BOOST_TEST(chapter_rank("failure") < chapter_rank("anything"));
  BOOST_TEST(chapter_rank("anything") == chapter_rank(""));
}

BOOST_AUTO_TEST_CASE(files_become_scenarios_in_the_catalogues_order) {
  const Folder f;
  for (const char* name :
       {"zebra/a.toml", "apple/a.toml", "stream/b.toml", "stream/a.toml", "resolve/z.toml", "failure/a.toml"}) {
    f.write(name, scenario());
  }
  f.write("stream/README.md", "not a scenario");
  f.write(".git/config.toml", "not a scenario");
  f.write("stream/.a.toml.swp", "not a scenario");
  const Catalogue all = load_catalogue(f.path.string());
  for (const Diagnostic& p : all.problems) BOOST_ERROR(to_string(p));
  BOOST_TEST(
      ids(all) == (std::vector<std::string>{"resolve/z", "stream/a", "stream/b", "failure/a", "apple/a", "zebra/a"}),
      boost::test_tools::per_element());
  BOOST_TEST(all.scenarios[1].file == f.file("stream/a.toml"));
}

BOOST_AUTO_TEST_CASE(the_folder_may_be_a_link_and_end_with_a_slash) {
  const Folder f;
  f.write("real/stream/a.toml", scenario());
  fs::create_directory_symlink(f.path / "real", f.path / "link");
  BOOST_TEST(ids(load_catalogue(f.file("link"))) == std::vector<std::string>{"stream/a"},
             boost::test_tools::per_element());
  BOOST_TEST(ids(load_catalogue(f.file("real") + "/")) == std::vector<std::string>{"stream/a"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_id_comes_from_the_path) {
  const Folder f;
  f.write("stream/a.toml", scenario());
  Diagnostics problems;
  BOOST_REQUIRE(load_scenario(f.path.string(), f.file("stream/a.toml"), problems).has_value());
  BOOST_TEST(load_scenario(f.path.string(), f.file("stream/../stream/a.toml"), problems)->id == "stream/a");
  BOOST_TEST(load_scenario("/nowhere", f.file("stream/a.toml"), problems)->id == "stream/a");
  BOOST_TEST(load_scenario("", f.file("stream/a.toml"), problems)->chapter == "stream");
  BOOST_TEST(problems.empty());
}

BOOST_AUTO_TEST_CASE(a_file_with_a_problem_leaves_the_others_alone) {
  const Folder f;
  f.write("stream/a.toml", "claim = 1");
  f.write("stream/b.toml", scenario("\"stream/a\""));  // the id exists, though its file is wrong
  f.write("stream/c.toml", "\xff");
  const Catalogue all = load_catalogue(f.path.string());
  BOOST_TEST(ids(all) == std::vector<std::string>{"stream/b"}, boost::test_tools::per_element());
  BOOST_REQUIRE(!all.problems.empty());
  BOOST_TEST(all.problems.back().file == f.file("stream/c.toml"));
  for (const Diagnostic& p : all.problems) BOOST_TEST(p.file != f.file("stream/b.toml"), to_string(p));
}

BOOST_AUTO_TEST_CASE(what_comes_after_what_does_not_exist) {
  const Folder f;
  f.write("stream/a.toml", scenario());
  f.write("stream/b.toml", scenario("\"stream/a\", \"straem/a\""));
  const std::string said = only_problem(load_catalogue(f.path.string()));
  BOOST_TEST(said == f.file("stream/b.toml") + ":6:22: there is no claim 'straem/a' (did you mean 'stream/a'?)");
}

BOOST_AUTO_TEST_CASE(claims_that_wait_for_each_other) {
  const Folder f;
  f.write("stream/a.toml", scenario("\"stream/c\""));
  f.write("stream/b.toml", scenario("\"stream/a\""));
  f.write("stream/c.toml", scenario("\"stream/b\""));
  f.write("stream/d.toml", scenario("\"stream/a\""));
  const std::string said = only_problem(load_catalogue(f.path.string()));
  BOOST_TEST(said ==
             f.file("stream/b.toml") + ":6:10: claims wait for each other: stream/a → stream/c → stream/b → stream/a");
}

BOOST_AUTO_TEST_CASE(two_ways_to_the_same_claim_are_no_circle) {
  const Folder f;
  f.write("stream/a.toml", scenario());
  f.write("stream/b.toml", scenario("\"stream/a\""));
  f.write("stream/c.toml", scenario("\"stream/a\""));
  f.write("stream/d.toml", scenario("\"stream/b\", \"stream/c\""));
  const Catalogue all = load_catalogue(f.path.string());
  BOOST_TEST(all.problems.empty());
  BOOST_TEST(all.scenarios.size() == 4u);
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_told) {
  const Folder f;
  Diagnostics problems;
  const auto told = [&](const std::string& name, std::string_view says) {
    problems.clear();
    BOOST_TEST(!load_scenario(f.path.string(), f.file(name), problems).has_value());
    BOOST_REQUIRE(problems.size() == 1);
    BOOST_TEST(problems[0].file == f.file(name));
    BOOST_TEST((problems[0].message.find(says) != std::string::npos), to_string(problems[0]));
  };
  told("stream/none.toml", "there is no such file");
  fs::create_directories(f.path / "stream/folder.toml");
  told("stream/folder.toml", "is a folder");
  BOOST_REQUIRE(mkfifo(f.file("stream/pipe.toml").c_str(), 0600) == 0);
  told("stream/pipe.toml", "is not a regular file");
  fs::create_symlink("loop.toml", f.path / "stream/loop.toml");
  told("stream/loop.toml", "cannot be read");
  fs::create_symlink("nothing", f.path / "stream/dangling.toml");
  told("stream/dangling.toml", "there is no such file");
  f.write("stream/huge.toml", std::string(256 * 1024 + 1, '#'));
  told("stream/huge.toml", "larger than 256 KiB");
  f.write("stream/empty.toml", "");
  problems.clear();
  BOOST_TEST(!load_scenario(f.path.string(), f.file("stream/empty.toml"), problems).has_value());
  BOOST_TEST(problems.size() == 6u);  // claim, clause, hint, role, level, script

  const Catalogue all = load_catalogue(f.path.string());
  BOOST_TEST(all.scenarios.empty());
  BOOST_TEST(all.problems.size() == 11u);
}

BOOST_AUTO_TEST_CASE(the_largest_file_is_read) {
  const Folder f;
  const std::string text = scenario();
  f.write("stream/a.toml", text + std::string((256u << 10) - text.size(), '#'));
  BOOST_TEST(load_catalogue(f.path.string()).scenarios.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_stands_in_the_wrong_place_is_told) {
  const Folder f;
  BOOST_TEST(only_problem(load_catalogue(f.file("none"))).find("cannot be read") != std::string::npos);
  BOOST_TEST(load_catalogue(f.path.string()).problems.empty());
  f.write("a.toml", scenario());
  BOOST_TEST(only_problem(load_catalogue(f.path.string())) ==
             f.file("a.toml") + ": stands in no chapter: expected CHAPTER/NAME.toml");
  fs::remove(f.path / "a.toml");
  f.write("stream/deep/a.toml", scenario());
  BOOST_TEST(only_problem(load_catalogue(f.path.string())).find("a folder inside a chapter") != std::string::npos);
  fs::remove_all(f.path / "stream");
  f.write("stream/Big Name.toml", scenario());
  BOOST_TEST(only_problem(load_catalogue(f.path.string())).find("small letters, digits and '-'") != std::string::npos);
  fs::remove_all(f.path / "stream");
  fs::create_directories(f.path / "loop");
  fs::create_directory_symlink("../loop", f.path / "loop/again");
  BOOST_TEST(only_problem(load_catalogue(f.path.string())).find("a folder inside a chapter") != std::string::npos);
  fs::remove_all(f.path / "loop");
  fs::create_symlink("turn", f.path / "turn");
  BOOST_TEST(only_problem(load_catalogue(f.path.string())).find("cannot be read") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
