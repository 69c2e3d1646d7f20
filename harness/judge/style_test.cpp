// The style guide as far as a machine can hold to it.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace sockrig {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_columns = 160;
constexpr std::size_t most_lines = 480;
constexpr std::size_t most_lines_of_a_program = 580;  // programs that tests are made from: many small cases in one file

bool is_code(const fs::path& p) {
  const std::string e = p.extension(), n = p.filename();
  return e == ".cpp" || e == ".hpp" || e == ".c" || e == ".py" || e == ".cmake" || n == "CMakeLists.txt";
}

std::vector<fs::path> code() {
  std::vector<fs::path> out;
  for (const char* folder : {"harness", "reports", "sut"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOCKRIG_SOURCE_DIR) / folder)) {
      if (entry.is_regular_file() && is_code(entry.path())) out.push_back(entry.path());
    }
  }
  return out;
}

std::vector<std::string> lines_of(const fs::path& p) {
  std::ifstream in(p);
  std::vector<std::string> out;
  for (std::string text; std::getline(in, text);) out.push_back(std::move(text));
  return out;
}

// As a reader counts: a character of several bytes is one.
std::size_t columns(const std::string& text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return n;
}

// Put together, so that this file does not hold them itself.
const std::vector<std::string> unfinished{std::string("TO") + "DO", std::string("FIX") + "ME",
                                          std::string("XX") + "X:"};

}  // namespace

BOOST_AUTO_TEST_SUITE(style)

BOOST_AUTO_TEST_CASE(there_is_code_to_look_at) {
  BOOST_TEST(code().size() > 100u);
}

// Two classes of one name in one program are one to the linker, and each is taken for the other. Programs that are
// linked by themselves do not count, nor does what has a namespace of its own.
BOOST_AUTO_TEST_CASE(no_two_headers_name_a_class_alike) {
  std::map<std::string, std::string> seen;  // name, file
  for (const fs::path& file : code()) {
    const std::string name = fs::relative(file, SOCKRIG_SOURCE_DIR).string();
    const bool apart =
        name.starts_with("sut/") || name.starts_with("harness/shim/") || name.starts_with("harness/wire/");
    if (file.extension() != ".hpp" || apart) continue;
    for (const std::string& text : lines_of(file)) {
      std::istringstream words(text);
      std::string kind, first, second;
      words >> kind >> first >> second;
      if ((kind != "class" && kind != "struct" && kind != "enum") || text.back() == ';' || text.front() == ' ')
        continue;
      const std::string& type = first == "class" ? second : first;
      const auto [known, is_new] = seen.emplace(type, name);
      BOOST_TEST(is_new, name << " and " << known->second << " both name " << type);
    }
  }
  BOOST_TEST(seen.size() > 50u);
}

BOOST_AUTO_TEST_CASE(lines_are_short_and_have_no_tabs) {
  for (const fs::path& file : code()) {
    std::size_t number = 0;
    for (const std::string& text : lines_of(file)) {
      ++number;
      BOOST_TEST(text.find('\t') == text.npos, file.string() << ':' << number << ": a tab");
      BOOST_TEST(columns(text) <= most_columns, file.string() << ':' << number << ": " << columns(text) << " columns");
      BOOST_TEST((text.empty() || text.back() != ' '), file.string() << ':' << number << ": blanks at the end");
    }
  }
}

BOOST_AUTO_TEST_CASE(files_are_short) {
  for (const fs::path& file : code()) {
    const std::size_t most = file.parent_path().filename() == "programs" ? most_lines_of_a_program : most_lines;
    BOOST_TEST(lines_of(file).size() <= most, file.string() << " has " << lines_of(file).size() << " lines");
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_left_for_later) {
  for (const fs::path& file : code()) {
    std::size_t number = 0;
    for (const std::string& text : lines_of(file)) {
      ++number;
      for (const std::string& word : unfinished)
        BOOST_TEST(text.find(word) == text.npos, file.string() << ':' << number << ": " << word);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_header_opens_with_what_it_decides) {
  std::size_t headers = 0;
  for (const fs::path& file : code()) {
    if (file.extension() != ".hpp") continue;
    ++headers;
    const std::vector<std::string> lines = lines_of(file);
    BOOST_TEST((!lines.empty() && lines.front().starts_with("// ")), file.string() << " does not open with a comment");
    bool once = false;
    for (const std::string& text : lines) once = once || text == "#pragma once";
    BOOST_TEST(once, file.string() << " has no #pragma once");
  }
  BOOST_TEST(headers > 20u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
