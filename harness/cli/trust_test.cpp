// What the verdicts of the built sockrig rest on: programs that the shim cannot see are not believed, programs that
// hang are told soon, and it works for an ordinary user and where namespaces are refused.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

using nlohmann::json;
namespace data = boost::unit_test::data;

// A program made for tests, in the build tree only.
std::string program(const std::string& name) {
  return built("shim-programs/" + name);
}

struct Sight {
  const char *program, *how;
  bool receives, sends;  // does the shim see that?
  const char* says;      // why not
};
std::ostream& operator<<(std::ostream& out, const Sight& s) {
  return out << s.program << ' ' << s.how;
}

const Sight sights[] = {
    {"unseen", "plain", true, true, ""},
    {"unseen", "passed", true, true, ""},
    {"unseen", "stdio", false, false, "stdio on a socket"},
    {"unseen", "answer-stdio", true, false, "stdio on a socket"},
    {"unseen", "every-other", true, false, "system calls of its own"},
    {"unseen", "syscall", false, false, "system calls of its own"},
    {"unseen", "child", false, false, "a child that was started without the shim"},
    {"unseen-static", "plain", false, false, "is it static"},
};

// How a run ended that should not have ended so.
std::string told(const json& r) {
  return r["id"].get<std::string>() + ": " + r["outcome"].get<std::string>() + " — " + r["reason"].get<std::string>();
}

void is_not_believed(const Sight& sight) {
  const JsonRun run =
      run_for_json({"stream/text", "stream/short-recv-one", "stream/short-send-one", "--serves", "in-turn",
                    "--echo-server", program(sight.program) + " {host} {port} " + sight.how});
  BOOST_TEST((*run.result("stream/text"))["outcome"] == "pass", told(*run.result("stream/text")));
  for (const auto& [id, seen] :
       {std::pair{"stream/short-recv-one", sight.receives}, {"stream/short-send-one", sight.sends}}) {
    const json& r = *run.result(id);
    BOOST_TEST(r["outcome"] == (seen ? "pass" : "inconclusive"), told(r));
    if (!seen) BOOST_TEST(holds(r["reason"], sight.says), told(r));
    BOOST_TEST(r["faults"][0]["realised"] == "shim");
  }
}

std::string why_no_io_uring() {
  return Spawned({program("unseen"), "-1", "-1", "ring?"}).wait().code == 0 ? ""
                                                                            : "this kernel does not allow io_uring";
}

void works_without_namespaces_and_says_so(uid_t user) {
  const Finished f = Spawned({program("no-namespaces"), built("sockrig"), "run", "stream", "listen", "failure",
                              "time-wait", "--report", "json=-"},
                             user)
                         .wait();
  BOOST_TEST(f.code == 0, f.err);
  const json report = json::parse(f.out, nullptr, false);
  BOOST_REQUIRE_MESSAGE(!report.is_discarded(), f.err);
  BOOST_TEST(report["machine"]["sandbox"].get<std::string>().starts_with("none ("), report["machine"].dump());
  int passed = 0, untried = 0;
  for (const json& r : report["results"]) {
    passed += r["outcome"] == "pass";
    if (r["outcome"] == "pass") continue;
    BOOST_TEST(r["outcome"] == "skipped", told(r));
    untried += holds(r["reason"], "needs a private network");
  }
  BOOST_TEST(passed > 50);
  BOOST_TEST(untried > 0);
  // The report for people says so, too.
  const Finished console =
      Spawned({program("no-namespaces"), built("sockrig"), "run", "stream/text", "stream/small-segments"}, user).wait();
  BOOST_TEST(holds(console.out, "needs a private network"), console.out);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trust)

BOOST_DATA_TEST_CASE(a_program_out_of_sight_is_not_believed, data::make(sights), sight) {
  is_not_believed(sight);
}

BOOST_AUTO_TEST_CASE(a_program_with_a_ring_is_not_believed, *needs("io_uring", why_no_io_uring)) {
  is_not_believed({"unseen", "ring", false, false, "uses io_uring"});
}

BOOST_DATA_TEST_CASE(a_program_that_hangs_is_told_without_a_deadline,
                     data::make({"never-listens", "never-listens-sleeps", "never-accepts", "never-answers",
                                 "never-answers-polls", "client"}),
                     how) {
  const bool client = how == std::string("client");
  const JsonRun run = run_for_json({client ? "--client" : "--echo-server", program("hangs") + " {host} {port} " + how});
  BOOST_TEST(run.finished.code == 1, run.finished.err);
  int failed = 0, tried = 0, late = 0;
  for (const json& r : run.report["results"]) {
    failed += r["outcome"] == "fail";
    tried += r["outcome"] != "skipped";
    // What a deadline ended: it says so, or that the program sleeps where it should have begun to listen.
    late += r["outcome"] == "fail" && (r["diagnosis"]["code"] == "no-progress" || holds(r["reason"], "it sleeps"));
  }
  BOOST_TEST(failed > 0);
  // All the other claims rest on one that did not hold: they cost nothing, but for a few that ask how it begins. Who
  // only sleeps costs the one deadline.
  BOOST_TEST(tried <= 6);
  BOOST_TEST(late == (how == std::string("never-listens-sleeps") ? 1 : 0));
  BOOST_TEST_MESSAGE(how << ": " << run.report["results"].size() << " claims, " << failed << " failed, "
                         << run.report["duration_ms"] << " ms");
}

BOOST_AUTO_TEST_CASE(where_namespaces_are_refused_it_works_and_says_so) {
  works_without_namespaces_and_says_so(0);
}

BOOST_AUTO_TEST_CASE(where_namespaces_are_refused_to_an_ordinary_user_it_works_and_says_so,
                     *needs("another_user", why_no_other_user)) {
  works_without_namespaces_and_says_so(nobody);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_gets_the_same_verdicts, *needs("another_user", why_no_other_user)) {
  const std::vector<std::string> arguments{"stream", "failure", "listen", "time-wait"};
  const json root = run_for_json(arguments).report, other = run_for_json(arguments, nobody).report;
  BOOST_REQUIRE(root["results"].size() == other["results"].size());
  BOOST_TEST(root["machine"]["sandbox"] == other["machine"]["sandbox"]);
  for (std::size_t i = 0; i < root["results"].size(); ++i) {
    const json &a = root["results"][i], &b = other["results"][i];
    BOOST_TEST(a["outcome"] == b["outcome"], "root: " << told(a) << "\nnobody: " << told(b));
  }
}

BOOST_AUTO_TEST_CASE(selftest_tells_a_mistake_that_survives) {
  Finished f = sockrig({"selftest", "short-send-ignored", "echo-poll"});
  BOOST_TEST(f.code == 0, f.out << f.err);
  BOOST_TEST(holds(f.err, "mistake short-send-ignored: noticed by 3 of 3 claims"), f.err);
  BOOST_TEST(holds(f.out, "All 2 programs were judged as they should be."), f.out);
  // A correct program in the place of the mistaken one: three claims miss what they should notice.
  const Folder prefix;
  const std::filesystem::path tree = build_tree();
  const std::string programs = layout::programs, scenarios = std::string(layout::data) + "/scenarios";
  const std::string program = std::string(layout::bin) + "/sockrig";
  for (const std::string& part :
       {program, std::string(layout::libraries) + "/libsockrig-shim.so", programs + "/mistakes.toml"}) {
    std::filesystem::create_directories((prefix.file(part)).substr(0, prefix.file(part).rfind('/')));
    std::filesystem::copy(tree / part, prefix.file(part));
  }
  std::filesystem::create_directories(prefix.file(layout::data));
  std::filesystem::copy(tree / scenarios, prefix.file(scenarios), std::filesystem::copy_options::recursive);
  for (const auto& entry : std::filesystem::directory_iterator(tree / programs)) {
    const std::string name = entry.path().filename();
    if (name == "mistakes.toml") continue;
    const bool swapped = name == "mistake-short-send-ignored";
    std::filesystem::create_symlink(tree / programs / (swapped ? "style-echo-poll" : name),
                                    prefix.file(programs + "/" + name));
  }
  const Finished survived = Spawned({prefix.file(program), "selftest", "--json", "short-send-ignored"}).wait();
  BOOST_TEST(survived.code == 1, survived.out << survived.err);
  const json report = json::parse(survived.out, nullptr, false);
  BOOST_REQUIRE(!report.is_discarded());
  BOOST_TEST(report["differ"] == 1);
  BOOST_TEST(report["programs"][0]["missed"].size() == 3u);
}

BOOST_AUTO_TEST_CASE(selftest_says_what_is_wrong_with_its_words) {
  BOOST_TEST(sockrig({"selftest", "no-such-program"}).code == 2);
  BOOST_TEST(sockrig({"selftest", "--jobs", "0"}).code == 2);
  BOOST_TEST(sockrig({"selftest", "--sandbox", "much"}).code == 2);
  BOOST_TEST(sockrig({"selftest", "--help"}).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
