// A campaign over a small catalogue of the test's own: order, blame before score, and a harness that fails alone.
#include <boost/test/unit_test.hpp>

#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

using nlohmann::json;

struct Catalogue {
  Folder folder;
  void add(const std::string& id, const std::string& script, const std::string& more = "") const {
    const std::string head =
        "claim = \"It holds\"\nclause = \"RFC 862\"\nrole = \"echo-server\"\nlevel = \"must\"\nhint = \"Look.\"\n";
    folder.write("scenarios/" + id + ".toml", head + more + "[script]\npeer = '''\n" + script + "'''\n");
  }
  JsonRun run(std::vector<std::string> arguments) const {
    const std::string server = built("reference-server") + " echo --host {host} --port {port} --serves at-once";
    arguments.insert(arguments.begin(), {"--scenarios", folder.file("scenarios"), "--echo-server", server});
    return run_for_json(arguments);
  }
};

const std::string good = "a: connect, send 100 & receive echo, shutdown write, receive end\n";
const std::string bad = "a: connect, send 100 & receive echo, receive end\n";  // the server has no reason to end

std::string outcome(const JsonRun& run, const std::string& id) {
  return run.result(id)->at("outcome");
}

std::string why_no_namespaces() {
  const std::string sandbox = run_for_json({"stream/empty"}).report["machine"]["sandbox"];
  return sandbox == "namespaces" ? "" : sandbox;  // "none (why)"
}

}  // namespace

BOOST_AUTO_TEST_SUITE(campaign)

BOOST_AUTO_TEST_CASE(what_depends_on_a_failed_claim_is_skipped_because_of_it) {
  const Catalogue c;
  c.add("stream/a-base", bad);
  c.add("stream/b-next", good, "after = [\"stream/a-base\"]\n");
  c.add("stream/c-last", good, "after = [\"stream/b-next\"]\n");
  c.add("stream/d-free", good);
  for (const char* jobs : {"1", "4"}) {
    const JsonRun run = c.run({"--jobs", jobs});
    BOOST_TEST(run.finished.code == 1);
    BOOST_TEST(outcome(run, "stream/a-base") == "fail");
    BOOST_TEST(run.result("stream/a-base")->at("diagnosis").at("code") == "stuck-in-recv");
    for (const char* id : {"stream/b-next", "stream/c-last"}) {
      BOOST_TEST(outcome(run, id) == "skipped");
      BOOST_TEST(run.result(id)->at("reason") == "depends on stream/a-base, which failed");
    }
    BOOST_TEST(outcome(run, "stream/d-free") == "pass");
  }
}

BOOST_AUTO_TEST_CASE(a_claim_runs_before_what_depends_on_it_even_if_it_stands_behind) {
  const Catalogue c;
  c.add("stream/a-first", good, "after = [\"stream/z-base\"]\n");
  c.add("stream/z-base", bad);
  const JsonRun run = c.run({"--jobs", "2"});
  BOOST_TEST(outcome(run, "stream/a-first") == "skipped");
  BOOST_TEST(run.report["results"][0]["id"] == "stream/a-first", "results stand in the order of the catalogue");
}

BOOST_AUTO_TEST_CASE(a_claim_that_was_not_selected_holds_nobody_up) {
  const Catalogue c;
  c.add("stream/a-base", bad);
  c.add("stream/b-next", good, "after = [\"stream/a-base\"]\n");
  const JsonRun run = c.run({"stream/b-next"});
  BOOST_TEST(run.report["results"].size() == 1u);
  BOOST_TEST(outcome(run, "stream/b-next") == "pass");
}

BOOST_AUTO_TEST_CASE(results_stand_in_the_same_order_however_many_run_side_by_side) {
  const Catalogue c;
  for (int i = 0; i < 12; ++i) c.add("stream/s" + std::to_string(10 + i), good);
  for (const char* jobs : {"1", "7"}) {
    const JsonRun run = c.run({"--jobs", jobs});
    BOOST_TEST(run.finished.code == 0);
    BOOST_REQUIRE(run.report["results"].size() == 12u);
    for (int i = 0; i < 12; ++i)
      BOOST_TEST(run.report["results"][static_cast<std::size_t>(i)]["id"] == "stream/s" + std::to_string(10 + i));
  }
}

BOOST_AUTO_TEST_CASE(a_harness_that_fails_is_an_error_and_no_failure_of_the_program,
                     *needs("namespaces", why_no_namespaces)) {
  const Catalogue c;
  c.add("stream/a-good", good);
  c.add("stream/b-world", good, "[world]\nsysctl = { \"net.ipv4.no_such_setting\" = \"1\" }\n");
  const JsonRun run = c.run({});
  BOOST_TEST(outcome(run, "stream/a-good") == "pass");
  BOOST_TEST(outcome(run, "stream/b-world") == "error");
  const std::string reason = run.result("stream/b-world")->at("reason");
  BOOST_TEST(reason.find("the harness failed") != std::string::npos, reason);
  BOOST_TEST(reason.find("no_such_setting") != std::string::npos, reason);
  BOOST_TEST(run.finished.code == 5);
}

BOOST_AUTO_TEST_CASE(what_is_kept_lies_in_a_folder_for_each_run) {
  const Catalogue c;
  c.add("stream/a-good", good, "[[fault]]\nkind = \"short-recv\"\nbytes = 1\n");
  const JsonRun run = c.run({"--keep", c.folder.file("kept"), "--out", c.folder.file("out")});
  BOOST_TEST(run.finished.code == 0);
  const std::string kept = c.folder.file("kept/000.stream.a-good.echo-server");
  BOOST_TEST(json::parse(read_file(kept + "/spec.json")).at("scenario").at("id") == "stream/a-good");
  const json record = json::parse(read_file(kept + "/record.json"));
  BOOST_TEST(record.at("steps").at(2).at("text") == "a: connect");
  bool injected = false, bound = false;
  for (const json& moment : record.at("timeline")) {
    if (moment.at("is") != "call") continue;
    injected = injected || moment.contains("injected");
    bound = bound || moment.at("call") == "bind";
  }
  BOOST_TEST((injected && bound));
  const json plan = json::parse(read_file(c.folder.file("kept/run.json")));
  BOOST_TEST(plan.at("complete") == true);
  BOOST_TEST(plan.at("runs").at(0).at("folder") == "000.stream.a-good.echo-server");
  BOOST_TEST(plan.at("runs").at(0).at("began") == 0);
  BOOST_TEST(json::parse(read_file(c.folder.file("out/results.json")))["results"].size() == 1u);
  BOOST_TEST(read_file(c.folder.file("out/junit.xml")).starts_with("<?xml"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
