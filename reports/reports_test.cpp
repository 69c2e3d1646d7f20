#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "reports/report.hpp"
#include "reports/sample_for_tests.hpp"
#include "reports/well_formed_for_tests.hpp"

namespace sockrig {
namespace {

bool updating() {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i < suite.argc; ++i) {
    if (std::string_view(suite.argv[i]) == "--update-golden") return true;
  }
  return false;
}

void compare_with_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SOCKRIG_GOLDEN) + "/" + name;
  if (updating()) {
    std::ofstream out(path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(out << text << std::flush, "cannot write " << path);
    return;
  }
  std::ifstream in(path, std::ios::binary);
  BOOST_TEST(in.good(),
             "there is no " << path << ": run reports_test -- --update-golden, read what it wrote, and add it");
  if (!in) return;
  std::ostringstream expected;
  expected << in.rdbuf();
  BOOST_TEST(text == expected.str(), name << " changed: if that is meant, run reports_test -- --update-golden\n"
                                          << text);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.size() - 1;
  return text.substr(text.rfind('\n', end - 1) + 1, end - text.rfind('\n', end - 1) - 1);
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

// Every byte once, and every pair of a lead byte with something: whatever a subject may write.
std::string all_bytes() {
  std::string text;
  for (int a = 0; a < 256; ++a) {
    text += static_cast<char>(a);
    for (int b : {0, 10, 0x41, 0x80, 0xbf, 0xff}) text += static_cast<char>(a), text += static_cast<char>(b);
  }
  return text + "]]>" + text;
}

// The same hostile text in every place that holds text.
RunResult hostile_run() {
  const std::string evil = all_bytes();
  RunResult run = sample_run();
  run.sockrig_version = run.kernel = run.sandbox = run.engine = evil;
  run.subject[evil] = evil;
  for (Result& r : run.results) {
    r.id = r.chapter = r.claim = r.clause = r.hint = r.file = r.reason = r.output = r.repeat = evil;
    r.broken_by = r.explained_by = r.command = evil;
    r.kernel[evil] = 1;
    r.diagnosis = Diagnosis{evil, evil, 1, evil, {evil}};
    r.steps = {{1, evil, StepState::unmet, evil}};
    r.faults = {{evil, evil, 1, 1, {{evil, 1}}, evil}};
  }
  return run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(the_code_of_a_diagnosis_is_shown_with_or_without_a_place) {
  RunResult run = sample_run();
  run.results = {sample_fail()};
  const auto shown = [&] { return console_report(run, ConsoleStyle{}); };
  BOOST_TEST(contains(shown(), "first divergence: connection a, offset 17 [lost-bytes]\n"));
  run.results[0].diagnosis->connection.clear();
  run.results[0].diagnosis->offset.reset();
  run.results[0].diagnosis->message = "the server has ended";
  BOOST_TEST(contains(shown(), "    the server has ended [lost-bytes]\n"));
  BOOST_TEST(!contains(shown(), "first divergence"));
}

BOOST_AUTO_TEST_CASE(every_format_is_as_its_golden_file_has_it) {
  std::set<std::string> known = {"console-colour.txt"};
  for (const Report& r : reports()) {
    const std::string extension = std::filesystem::path(r.default_file).extension();
    const std::string name = std::string(r.name) + extension;
    compare_with_golden(name, r.render(sample_run(), {}));
    known.insert(name);
  }
  for (const auto& entry : std::filesystem::directory_iterator(SOCKRIG_GOLDEN))
    BOOST_TEST(known.contains(entry.path().filename()), entry.path() << " is the golden file of no format");
}
BOOST_AUTO_TEST_CASE(console_in_colour) {
  compare_with_golden("console-colour.txt",
                      console_report(sample_run(), {.colour = true, .width = 60, .verbose = true}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(every_format_is_found_by_its_name_and_has_a_file_of_its_own) {
  std::set<std::string_view> files;
  for (const Report& r : reports()) {
    BOOST_TEST(find_report(r.name) == &r);
    BOOST_TEST(files.insert(r.default_file).second);
    BOOST_TEST(!r.render(sample_run(), {}).empty());
  }
  BOOST_TEST(find_report("xml") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(json_format)

BOOST_AUTO_TEST_CASE(a_result_survives_the_way_from_worker_to_parent) {
  std::size_t index = 0;
  for (Result r : sample_run().results) {
    r.index = ++index;
    r.command = "./server '{host}' {port}";
    const std::string line = result_to_json(r);
    BOOST_TEST(!contains(line, "\n"));
    const auto back = result_from_json(line);
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(result_to_json(*back) == line);
    BOOST_TEST((run_id(*back) == run_id(r)));
    BOOST_TEST(back->duration_ms == r.duration_ms);
    BOOST_TEST(back->kernel == r.kernel);
    BOOST_TEST(back->diagnosis.has_value() == r.diagnosis.has_value());
    BOOST_TEST((back->outcome == r.outcome && back->role == r.role && back->level == r.level));
  }
}

BOOST_AUTO_TEST_CASE(why_a_claim_was_skipped_is_a_value_and_there_only_if_it_was) {
  Result r = sample_fail();
  for (const char* key : {"broken_by", "explained_by", "no_private_network"})
    BOOST_TEST(!contains(result_to_json(r), key));
  r.broken_by = "stream/text";
  r.explained_by = "failure/broken-pipe";
  r.no_private_network = true;
  const Result back = result_from_json(result_to_json(r)).value();
  BOOST_TEST(back.broken_by == "stream/text");
  BOOST_TEST(back.explained_by == "failure/broken-pipe");
  BOOST_TEST(back.no_private_network);
}

BOOST_AUTO_TEST_CASE(an_offset_is_there_only_if_it_is_known) {
  Result r = sample_fail();
  BOOST_TEST((result_from_json(result_to_json(r))->diagnosis->offset == 17u));
  r.diagnosis->offset.reset();
  BOOST_TEST(!result_from_json(result_to_json(r))->diagnosis->offset.has_value());
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_replaced_and_the_rest_survives) {
  Result r = sample_pass();
  r.output = std::string(
      "a\xff"
      "b\0c\x1b",
      6);
  const auto back = result_from_json(result_to_json(r));
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(back->output == std::string("a\xef\xbf\xbd"
                                         "b\0c\x1b",
                                         8));
}

BOOST_AUTO_TEST_CASE(numbers_that_json_cannot_say_become_zero) {
  Result r = sample_pass();
  r.duration_ms = std::numeric_limits<double>::infinity();
  BOOST_TEST(result_from_json(result_to_json(r))->duration_ms == 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_a_result_is_refused) {
  BOOST_TEST(!result_from_json("").has_value());
  BOOST_TEST(!result_from_json("[]").has_value());
  BOOST_TEST(!result_from_json("{}").has_value());
  const std::string good = result_to_json(sample_fail());
  for (std::size_t cut = 0; cut < good.size(); cut += 7) BOOST_TEST(!result_from_json(good.substr(0, cut)).has_value());
  for (const auto& [from, to] : {std::pair{"\"fail\"", "\"failed\""}, {"\"must\"", "7"}, {"\"unmet\"", "\"\""}}) {
    std::string bad = good;
    BOOST_REQUIRE(contains(bad, from));
    bad.replace(bad.find(from), std::string_view(from).size(), to);
    BOOST_TEST(!result_from_json(bad).has_value(), to);
  }
}

BOOST_AUTO_TEST_CASE(the_document_is_harmless_in_a_log) {
  for (const RunResult& run : {sample_run(), hostile_run()}) {
    const std::string text = json_report(run);
    BOOST_TEST(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
    BOOST_TEST(!contains(text, "##"));
  }
  Result r = sample_pass();
  r.reason = "###[x] ## #";
  RunResult run;
  run.results = {r};
  const std::string text = json_report(run);
  BOOST_TEST(contains(text, R"("reason": "#\u0023#[x] #\u0023 #")"));
}

BOOST_AUTO_TEST_CASE(the_seed_keeps_all_its_digits) {
  BOOST_TEST(contains(json_report(sample_run()), "\"seed\": 18446744073709551615,"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(junit_format)

BOOST_AUTO_TEST_CASE(it_is_well_formed_whatever_the_subject_wrote) {
  BOOST_TEST(trouble_with_xml(junit_report(sample_run())) == "");
  BOOST_TEST(trouble_with_xml(junit_report(hostile_run())) == "");
  BOOST_TEST(trouble_with_xml(junit_report(RunResult{})) == "");
}

BOOST_AUTO_TEST_CASE(names_are_unique) {
  const std::string text = junit_report(sample_run());
  BOOST_TEST(count(text, "classname=\"sockrig.stream\" name=\"stream/one-byte [echo-server]\"") == 1u);
  BOOST_TEST(count(text, "classname=\"sockrig.stream\" name=\"stream/one-byte [echo-server] (2)\"") == 1u);
}

BOOST_AUTO_TEST_CASE(only_the_subjects_failures_are_failures) {
  const std::string text = junit_report(sample_run());
  BOOST_TEST(count(text, "<failure ") == 1u);
  BOOST_TEST(count(text, "<error ") == 2u);
  BOOST_TEST(count(text, "type=\"inconclusive\"") == 1u);
  BOOST_TEST(count(text, "<skipped ") == 2u);
  BOOST_TEST(contains(
      text, "<testsuites name=\"sockrig\" tests=\"8\" failures=\"1\" errors=\"2\" skipped=\"2\" time=\"4.100\">"));
}

BOOST_AUTO_TEST_CASE(it_stays_small_enough_for_its_readers) {
  RunResult run = sample_run();
  Result big = sample_fail();
  big.output.clear();
  for (int i = 0; i < 50; ++i) {
    big.diagnosis->details.emplace_back(500, '&');
    big.output += std::string(500, '<') + "\n";
  }
  run.results.assign(250, big);
  const std::string text = junit_report(run);
  BOOST_TEST(text.size() < 30'000'000u);
  BOOST_TEST(count(text, "<failure ") == 250u);
  BOOST_TEST(contains(text, "left out"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(console_format)

BOOST_AUTO_TEST_CASE(the_last_line_tells_it_all) {
  RunResult run = sample_run();
  run.seed = 1;
  BOOST_TEST(last_line(console_report(run, {})) ==
             "3 passed, 1 failed, 1 inconclusive, 2 skipped, 1 error in 4.1 s (seed 1, namespaces)");
  run.sandbox = "none (--sandbox none)";
  BOOST_TEST(last_line(console_report(run, {})).ends_with("(seed 1, no sandbox)"));
}

BOOST_AUTO_TEST_CASE(without_colour_there_is_no_escape_and_never_a_control_character) {
  for (const RunResult& run : {sample_run(), hostile_run()}) {
    const std::string text = console_report(run, {});
    BOOST_TEST(
        std::all_of(text.begin(), text.end(), [](unsigned char c) { return c == '\n' || (c >= 0x20 && c != 0x7f); }));
    BOOST_TEST(trouble_with_utf8(text) == "");
    BOOST_TEST(!contains(text, "##["));
    BOOST_TEST(!contains(text, "\n::"));
    BOOST_TEST(!contains(text, "\xe2\x80\xae"));
  }
}

BOOST_AUTO_TEST_CASE(a_shared_reason_is_told_once) {
  BOOST_TEST(count(console_report(sample_run(), {}), "needs namespaces: unshare") == 1u);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_and_an_untried_one_say_so) {
  RunResult run = sample_run();
  run.interrupted = true;
  BOOST_TEST(contains(console_report(run, {}), "Interrupted"));
  run = sample_run();
  for (Result& r : run.results) r.outcome = Outcome::skipped;
  BOOST_TEST(contains(console_report(run, {}), "Nothing was tried"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
