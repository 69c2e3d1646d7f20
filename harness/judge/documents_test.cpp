// What the documents, the scripts and the comments point to is there: documents, sections of them, files.
#include <boost/test/unit_test.hpp>

#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "judge/markdown_for_tests.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;

const fs::path root(SOCKRIG_SOURCE_DIR);

bool is_named_from(const fs::path& file, const std::string& name) {
  return fs::exists(root / name) || fs::exists(file.parent_path() / name);
}

// As the common viewers of Markdown make it: small letters, digits, '-' and '_', blanks as '-'.
std::string anchor_of(const std::string& heading) {
  std::string out;
  for (const char c : heading) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) || c == '-' || c == '_' || u >= 0x80) out += static_cast<char>(std::tolower(u));
    if (c == ' ') out += '-';
  }
  return out;
}

std::set<std::string> anchors_of(const Document& document) {
  std::set<std::string> out;
  std::map<std::string, int> used;
  for (const Numbered& line : document.prose) {
    const std::size_t text = line.text.find_first_not_of('#');
    if (text == 0 || text == std::string::npos || line.text[text] != ' ') continue;
    const std::string anchor = anchor_of(line.text.substr(text + 1));
    const int times = used[anchor]++;
    out.insert(times == 0 ? anchor : anchor + "-" + std::to_string(times));
  }
  return out;
}

// Without what stands in backticks, where nothing is a link.
std::string without_code(const std::string& text) {
  static const std::regex code("`[^`]*`");
  return std::regex_replace(text, code, "");
}

void check_link(const Document& document, std::size_t number, const std::string& target) {
  if (target.find("://") != std::string::npos) return;
  const std::size_t hash = target.find('#');
  const std::string name = target.substr(0, hash);
  const fs::path file = name.empty() ? document.file : document.file.parent_path() / name;
  BOOST_TEST(fs::exists(file), document.file.string() << ':' << number << ": there is no " << target);
  if (hash == std::string::npos || !fs::exists(file)) return;
  BOOST_TEST(anchors_of(read_document(file)).contains(target.substr(hash + 1)),
             document.file.string() << ':' << number << ": there is no section " << target);
}

// What the first group of the pattern takes, line by line. Returns how many there were.
template <class Prepare, class Check>
std::size_t each_in_prose(const std::regex& pattern, Prepare prepare, Check check) {
  std::size_t seen = 0;
  for (const Document& document : all_documents()) {
    for (const Numbered& line : document.prose) {
      const std::string text = prepare(line.text);
      for (std::sregex_iterator m(text.begin(), text.end(), pattern), end; m != end; ++m, ++seen)
        check(document, line.number, (*m)[1].str());
    }
  }
  return seen;
}

// Of a file of code what is comment; of scripts, tables and documents all.
std::string told_in(const fs::path& file, const std::string& text) {
  const std::string e = file.extension();
  if (e != ".cpp" && e != ".hpp" && e != ".c" && e != ".h" && e != ".rs") return text;
  const std::size_t begin = text.find("//");
  return begin == std::string::npos ? "" : text.substr(begin);
}

std::vector<fs::path> all_files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.is_regular_file()) out.push_back(entry.path());
  }
  for (const char* folder : {"harness", "reports", "sut", "scenarios", "doc", ".ci", ".github"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) out.push_back(entry.path());
    }
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(a_document_that_is_named_exists) {
  static const std::regex name(R"re([A-Za-z0-9_.][A-Za-z0-9_./-]*\.md\b)re");
  std::size_t seen = 0;
  for (const fs::path& file : all_files()) {
    std::ifstream in(file);
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.find(".md") == std::string::npos) continue;
      const std::string text = told_in(file, line);
      for (std::sregex_iterator m(text.begin(), text.end(), name), end; m != end; ++m, ++seen)
        BOOST_TEST(is_named_from(file, m->str()), file.string() << ':' << number << ": there is no " << m->str());
    }
  }
  BOOST_TEST(seen > 20u);
}

BOOST_AUTO_TEST_CASE(links_lead_somewhere) {
  static const std::regex link(R"re(\]\(([^)\s]+)\))re");
  BOOST_TEST(each_in_prose(link, without_code, check_link) > 10u);
}

// `harness/run/rig.cpp` in a document is a file, `harness/run/` a folder; with a placeholder in it (<, *, …) it is a
// form of names.
BOOST_AUTO_TEST_CASE(files_that_a_document_cites_exist) {
  static const std::regex cited(R"re(`((?:harness|reports|sut|scenarios|doc|\.ci|\.github)/[^`\s<*…]*)`)re");
  const auto check = [](const Document& document, std::size_t number, const std::string& name) {
    BOOST_TEST(fs::exists(root / name), document.file.string() << ':' << number << ": there is no " << name);
  };
  BOOST_TEST(each_in_prose(
                 cited, [](const std::string& text) { return text; }, check) > 30u);
}

// "`Rig::begin()` in `harness/run/channel_steps.cpp`", also where a line ends in between.
BOOST_AUTO_TEST_CASE(functions_that_a_document_cites_are_in_their_files) {
  static const std::regex cited(R"re(`(?:\w+::)*(\w+)\(\)` in `([^`\s]+)`)re"), blanks("\\s+");
  std::size_t seen = 0;
  for (const Document& document : all_documents()) {
    std::string prose;
    for (const Numbered& line : document.prose) prose += line.text + "\n";
    prose = std::regex_replace(prose, blanks, " ");
    for (std::sregex_iterator m(prose.begin(), prose.end(), cited), end; m != end; ++m, ++seen) {
      std::ostringstream source;
      source << std::ifstream(root / (*m)[2].str()).rdbuf();
      BOOST_TEST(std::regex_search(source.str(), std::regex("\\b" + (*m)[1].str() + "\\(")),
                 document.file.string() << ": there is no " << (*m)[1] << "() in " << (*m)[2]);
    }
  }
  BOOST_TEST(seen > 15u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
