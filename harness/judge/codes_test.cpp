// The list of diagnosis codes is whole: whatever the harness can say stands in it, and every planted mistake names one.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "catalogue/toml_reader.hpp"
#include "judge/codes.hpp"

namespace sockrig {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// Codes as they stand in the sources: assigned, given to a Cause, or to a step that stops the run.
std::set<std::string> codes_in(const std::string& text) {
  std::set<std::string> out;
  const std::regex forms(
      R"re((?:code = |Cause\{|return |\? |: |Stop::[a-z_]+, |contradict\(\s*r, (?:e\.by_signal \? )?)"([a-z]+(?:-[a-z]+)+)")re");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), forms); at != std::sregex_iterator(); ++at)
    out.insert((*at)[1]);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(diagnosis_code_list)

BOOST_AUTO_TEST_CASE(codes_are_kebab_case_and_named_once) {
  std::set<std::string_view> seen;
  for (const DiagnosisCode& c : diagnosis_codes()) {
    BOOST_TEST(seen.insert(c.code).second, c.code << " stands there twice");
    BOOST_TEST((c.code == "stuck-in-CALL" ||
                c.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos),
               c.code);
    BOOST_TEST(!c.meaning.empty());
  }
  BOOST_TEST(is_diagnosis_code("stuck-in-recv"));
  BOOST_TEST(!is_diagnosis_code("stuck-in-"));
  BOOST_TEST(!is_diagnosis_code("made-up"));
}

BOOST_AUTO_TEST_CASE(whatever_the_sources_can_say_stands_in_the_list) {
  std::set<std::string> used;
  for (const char* stage : {"run", "observe", "judge"}) {
    for (const auto& entry : std::filesystem::directory_iterator(SOCKRIG_SOURCE_DIR "/harness/" + std::string(stage))) {
      const std::string name = entry.path().filename();
      if (name.ends_with(".cpp") && !name.ends_with("_test.cpp") && name != "codes.cpp")
        used.merge(codes_in(text_of(entry.path())));
    }
  }
  BOOST_TEST(used.size() > 30u);
  // Steps that are no claims (their runs are skipped or undecided), an end that is nobody's fault, a state of steps,
  // and what is always told better by the bytes themselves.
  for (const char* none : {"not-met", "goes-on", "unfinished", "no-evidence", "not-reached", "wrong-bytes"})
    used.erase(none);
  for (const std::string& code : used) BOOST_TEST(is_diagnosis_code(code), code << " is not in the list");
}

BOOST_AUTO_TEST_CASE(every_planted_mistake_says_how_it_must_be_explained) {
  const toml::table table = toml::parse_file(SOCKRIG_SOURCE_DIR "/sut/mistakes/mistakes.toml");
  for (const toml::node& node : *table.get_as<toml::array>("mistake")) {
    const toml::table& m = *node.as_table();
    const std::string name = m["name"].value<std::string>().value();
    std::set<std::string> fails, codes;
    for (const toml::node& id : *m["fails"].as_array()) fails.insert(id.value<std::string>().value());
    const auto add = [&](const toml::node& value) {
      if (const auto code = value.value<std::string>()) codes.insert(*code);
      if (const toml::array* list = value.as_array()) {
        for (const toml::node& code : *list) codes.insert(code.value<std::string>().value());
      }
    };
    if (const toml::node* diagnosis = m.get("diagnosis")) add(*diagnosis);
    if (const toml::table* by_claim = m["diagnosis"].as_table()) {
      for (const auto& [id, code] : *by_claim) {
        BOOST_TEST(fails.contains(std::string(id.str())), name << ": " << id.str() << " is not among what it fails");
        add(code);
      }
    }
    BOOST_TEST((fails.empty() || !codes.empty()), name << " has no diagnosis");
    for (const std::string& code : codes) BOOST_TEST(is_diagnosis_code(code), name << ": " << code << " is no code");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
