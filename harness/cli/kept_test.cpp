// Runs that were kept: judged again without running anything, carried out again, shown; and what is not as it was
// written, refused with its place.
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

using nlohmann::json;

std::string echo_server() {
  return built("reference-server") + " echo --host {host} --port {port} --serves at-once";
}

// A campaign of a few runs, kept in a folder of the test's own.
struct Kept {
  Folder folder;
  Finished run;
  explicit Kept(std::vector<std::string> selectors, const std::string& server = echo_server()) {
    std::vector<std::string> words{"run",    "--echo-server", server,  "--stop",          "SIGTERM",
                                   "--keep", path(),          "--out", folder.file("out")};
    words.insert(words.end(), selectors.begin(), selectors.end());
    run = sockrig(words);
  }
  std::string path(const std::string& name = "") const { return folder.file(name.empty() ? "kept" : "kept/" + name); }
  std::string text(const std::string& name) const { return read_file(path(name)); }
  json document(const std::string& name) const { return json::parse(text(name)); }
  void write(const std::string& name, const std::string& text) const { folder.write("kept/" + name, text); }
  void change(const std::string& name, const std::string& pointer, const json& value) const {
    json changed = document(name);
    changed[json::json_pointer(pointer)] = value;
    write(name, changed.dump());
  }
  // The folder of a run, with a slash behind it.
  std::string of(const std::string& id) const {
    const json plan = document("run.json");
    for (const json& one : plan.at("runs")) {
      if (one.at("id") == id) return one.at("folder").get<std::string>() + "/";
    }
    return "none/";
  }
  Finished judge() const { return sockrig({"judge", path(), "--report", "json=" + folder.file("again.json")}); }
  std::string again() const { return read_file(folder.file("again.json")); }
  json result(const std::string& id) const {
    const json again = json::parse(this->again());
    for (const json& r : again.at("results")) {
      if (r.at("id") == id) return r;
    }
    return nullptr;
  }
};

std::size_t records_in(const std::string& folder) {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    count += std::filesystem::exists(entry.path() / "record.json", error);
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kept)

BOOST_AUTO_TEST_CASE(the_whole_catalogue_is_judged_again_to_the_same_results_byte_for_byte) {
  const Folder folder;
  const Finished run = sockrig({"run", "--keep", folder.file("kept"), "--out", folder.file("out")});
  BOOST_TEST(run.code == 0, run.err);
  const Finished again = sockrig({"judge", folder.file("kept"), "--out", folder.file("again")});
  BOOST_TEST(again.code == 0);
  BOOST_TEST(again.err == "");
  for (const char* name : {"results.json", "junit.xml"})
    BOOST_TEST(
        (read_file(folder.file(std::string("out/") + name)) == read_file(folder.file(std::string("again/") + name))),
        name << " is not the same");
  BOOST_TEST(read_file(folder.file("kept/results.json")) == read_file(folder.file("out/results.json")));
}

BOOST_AUTO_TEST_CASE(a_failure_and_what_depends_on_it_are_judged_again_to_the_same) {
  const Kept k({"stream", "shutdown"}, planted("mistake-short-recv-is-all") + " {host} {port}");
  BOOST_TEST(k.run.code == 1, k.run.err);
  BOOST_TEST(k.judge().code == 1);
  BOOST_TEST(k.again() == k.text("results.json"));
  const json plan = k.document("run.json");
  bool left_out = false;
  for (const json& run : plan.at("runs")) left_out = left_out || !run.contains("began");
  BOOST_TEST(left_out, "what depends on the failure did not begin");
}

BOOST_AUTO_TEST_CASE(a_record_that_was_edited_is_judged_as_it_stands) {
  const Kept k({"stream/text", "stream/short-recv-one"});
  BOOST_REQUIRE(k.run.code == 0);
  const std::string text = k.of("stream/text") + "record.json", faulty = k.of("stream/short-recv-one") + "record.json";
  k.change(faulty, "/rules/0/fired", 0);
  const Finished without_evidence = k.judge();
  BOOST_TEST(without_evidence.code == 4, without_evidence.err);
  BOOST_TEST(k.result("stream/short-recv-one").at("outcome") == "inconclusive");
  BOOST_TEST(holds(without_evidence.err, "1 of 2 verdicts are others than"), without_evidence.err);
  BOOST_TEST(holds(without_evidence.err, "stream/short-recv-one [echo-server]: pass → inconclusive"));
  k.change(text, "/stop", "unmet");
  k.change(text, "/unmet", {{"step", 4}, {"code", "ended-early"}, {"what", "edited"}, {"channel", 0}});
  k.change(text, "/steps/4/outcome", "unmet");
  k.change(text, "/channels/0/ended", "end");
  k.change(text, "/channels/0/received", 17);
  BOOST_TEST(k.judge().code == 1);
  BOOST_TEST(k.result("stream/text").at("outcome") == "fail");
  BOOST_TEST(k.result("stream/short-recv-one").at("outcome") == "skipped", "it depends on stream/text");
}

BOOST_AUTO_TEST_CASE(a_record_that_cannot_be_of_the_run_is_refused) {
  const Kept k({"stream/text", "stream/short-recv-one"});
  const std::string text = k.of("stream/text") + "record.json", faulty = k.of("stream/short-recv-one") + "record.json";
  const std::string record = k.text(faulty);
  const auto refused = [&](const std::string& expected) {
    const Finished f = k.judge();
    BOOST_TEST(f.code == 2);
    BOOST_TEST(holds(f.err, expected), f.err << "\nexpected: " << expected);
    k.write(faulty, record);
  };
  k.write(faulty, "{\"schema\":\"sockrig/record/v1\",\"timeline\":[]}");
  refused("record.json: /rules: the scenario has 1 faults, and the record 0");
  k.change(faulty, "/steps", json::array());
  refused("record.json: /steps/0/text: the script says 'subject: start' here");
  k.change(faulty, "/steps/3/outcome", "not-reached");
  refused("record.json: /steps/3/outcome: expected 'met', since the run was not stopped");
  k.write(faulty, k.text(text));
  refused("record.json: /rules: the scenario has 1 faults, and the record 0");
}

BOOST_AUTO_TEST_CASE(a_campaign_that_was_killed_is_judged_as_far_as_it_went) {
  const Folder folder;
  Spawned run({built("sockrig"), "run", "--keep", folder.file("kept"), "--jobs", "1"});
  while (records_in(folder.file("kept")) < 3 && !run.over()) ::usleep(1000);
  ::kill(run.pid(), SIGKILL);
  run.wait();
  const Finished judged = sockrig({"judge", folder.file("kept"), "--report", "json=-"});
  BOOST_TEST(judged.code == 130, judged.err);
  const json report = json::parse(judged.out);
  BOOST_TEST(report.at("interrupted") == true);
  std::size_t passed = 0;
  for (const json& r : report.at("results")) passed += r.at("outcome") == "pass";
  BOOST_TEST(passed >= 3u);
  BOOST_TEST(holds(judged.err, "the results of then are not there"), judged.err);
}

BOOST_AUTO_TEST_CASE(a_campaign_that_was_interrupted_is_judged_again_to_the_same) {
  const Folder folder;
  Spawned run({built("sockrig"), "run", "--keep", folder.file("kept"), "--out", folder.file("out")});
  while (records_in(folder.file("kept")) < 5 && !run.over()) ::usleep(1000);
  ::kill(run.pid(), SIGINT);
  BOOST_TEST(run.wait().code == 130);
  BOOST_TEST(sockrig({"judge", folder.file("kept"), "--out", folder.file("again")}).code == 130);
  BOOST_TEST(read_file(folder.file("out/results.json")) == read_file(folder.file("again/results.json")));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_refused_with_its_place) {
  const Kept k({"stream/text"});
  const std::string folder = k.of("stream/text");
  const std::string record = k.text(folder + "record.json"), spec = k.text(folder + "spec.json");
  const auto refused = [&](const std::string& expected) {
    const Finished f = k.judge();
    BOOST_TEST(f.code == 2);
    BOOST_TEST(holds(f.err, expected), f.err << "\nexpected: " << expected);
  };
  k.write(folder + "record.json", record.substr(0, record.size() / 2));
  refused("record.json: not JSON at line ");
  k.write(folder + "record.json", "");
  refused("record.json: not JSON at line 1");
  k.write(folder + "record.json", record);
  k.change(folder + "record.json", "/schema", "sockrig/record/v999");
  refused("record.json: /schema: it is of another version (sockrig/record/v999)");
  k.write(folder + "record.json", record);
  k.change(folder + "record.json", "/channels/0/sent", "many");
  refused("record.json: /channels/0/sent: expected a whole number from 0 to 18446744073709551615, found \"many\"");
  k.write(folder + "record.json", "");
  BOOST_REQUIRE(::truncate(k.path(folder + "record.json").c_str(), off_t{1} << 30) == 0);
  refused("record.json: expected at most 67108864 bytes, found 1073741824");
  std::filesystem::remove(k.path(folder + "record.json"));
  BOOST_REQUIRE(::mkfifo(k.path(folder + "record.json").c_str(), 0600) == 0);
  refused("record.json: is no file");
  std::filesystem::remove(k.path(folder + "record.json"));
  k.change(folder + "spec.json", "/scenario/text", "claim = 1");
  refused("spec.json: /scenario/text: ");
  k.write(folder + "spec.json", spec);
  k.change(folder + "spec.json", "/role", "custom");
  refused("spec.json: /role: the scenario is not about the role custom");
  k.write(folder + "spec.json", spec);
  k.change(folder + "spec.json", "/command", "another {port}");
  refused("spec.json: it is of stream/text [echo-server]");
  std::filesystem::remove(k.path(folder + "spec.json"));
  refused("spec.json: there is no such file");
  k.change("run.json", "/runs/0/folder", "../../elsewhere");
  refused("run.json: /runs/0/folder: expected the name of a folder beside run.json");
  BOOST_TEST(sockrig({"judge", k.path("nowhere")}).code == 2);
  BOOST_TEST(sockrig({"judge"}).code == 2);
}

BOOST_AUTO_TEST_CASE(a_plan_that_contradicts_itself_is_refused) {
  const Kept k({"stream/empty", "stream/text"});
  BOOST_REQUIRE(k.run.code == 0);
  const std::string spec = k.of("stream/empty") + "spec.json", was = k.text(spec);
  k.change(spec, "/after", {"stream/empty"});
  const Finished waits = k.judge();
  BOOST_TEST(waits.code == 2);
  BOOST_TEST(holds(waits.err, "run.json: of 2 runs "), waits.err);
  BOOST_TEST(holds(waits.err, " wait for one another: the 'after' of their spec.json make a circle"), waits.err);
  k.write(spec, was);
  k.change("run.json", "/runs/1/folder", k.document("run.json").at("/runs/0/folder"_json_pointer));
  const Finished twice = k.judge();
  BOOST_TEST(twice.code == 2);
  BOOST_TEST(holds(twice.err, "run.json: /runs/1/folder: it is that of /runs/0, too"), twice.err);
}

BOOST_AUTO_TEST_CASE(what_was_kept_gives_the_terminal_no_orders) {
  const Kept k({"stream/empty"});
  const std::string order = "\x1b[2J", folder = k.of("stream/empty");
  const auto is_harmless = [&](const Finished& f) { BOOST_TEST(!holds(f.out + f.err, order), f.out << f.err); };
  const auto looked_at = [&] {
    is_harmless(sockrig({"judge", k.path()}));
    is_harmless(sockrig({"show", k.path(), "stream/empty"}));
    is_harmless(sockrig({"show", k.path(), "stream/emty"}));
    is_harmless(sockrig({"replay", k.path(folder)}));
  };
  k.change("results.json", "/results/0/reason", order);
  k.change("results.json", "/results/0/outcome", "fail");
  k.change("run.json", "/version", order);
  looked_at();
  k.change(folder + "record.json", "/steps/0/text", order);
  k.change(folder + "record.json", "/output", order);
  looked_at();
  k.change(folder + "record.json", "/" + order, 1);
  looked_at();
  k.change(folder + "spec.json", "/" + order, 1);
  looked_at();
  k.change("run.json", "/runs/0/id", order);
  looked_at();
  BOOST_TEST(sockrig({"judge", k.path()}).code == 2);
  is_harmless(sockrig({"show", k.path(), order}));
  k.change("run.json", "/" + order, 1);
  looked_at();
  is_harmless(sockrig({"judge", k.path(order)}));
}

BOOST_AUTO_TEST_CASE(a_run_is_carried_out_again_from_its_spec) {
  const Kept k({"stream/short-send-random"}, planted("mistake-short-send-ignored") + " {host} {port}");
  BOOST_REQUIRE(k.run.code == 1);
  const json before = k.document("results.json").at("results").at(0);
  const std::string spec = k.path("000.stream.short-send-random.echo-server/spec.json");
  const Finished again = sockrig({"replay", spec, "--report", "json=-", "--keep", k.folder.file("second")});
  BOOST_TEST(again.code == 1, again.err);
  const json result = json::parse(again.out).at("results").at(0);
  BOOST_TEST(result.at("diagnosis").at("code") == before.at("diagnosis").at("code"));
  BOOST_TEST(result.at("diagnosis").at("offset") == before.at("diagnosis").at("offset"), "same seed, same run");
  BOOST_TEST(read_file(k.folder.file("second/000.stream.short-send-random.echo-server/spec.json")) == read_file(spec));
  BOOST_TEST(sockrig({"replay", k.path("000.stream.short-send-random.echo-server")}).code == 1, "its folder will do");
  // What a run needs and a spec lacks is told before anything runs.
  const Finished custom = sockrig({"run", "--keep", k.folder.file("custom"), "stream/dialogue", "close/stop"});
  BOOST_REQUIRE(custom.code == 0);
  for (const auto& entry : std::filesystem::directory_iterator(k.folder.file("custom"))) {
    if (!entry.is_directory()) continue;
    json changed = json::parse(read_file((entry.path() / "spec.json").string()));
    changed.erase("dialogue");
    changed.erase("stop");
    k.folder.write("custom/" + entry.path().filename().string() + "/spec.json", changed.dump());
    const Finished f = sockrig({"replay", entry.path().string()});
    BOOST_TEST(f.code == 2, entry.path() << ": " << f.err);
  }
  k.change("000.stream.short-send-random.echo-server/spec.json", "/directory", "/no/such/folder");
  BOOST_TEST(holds(sockrig({"replay", spec}).err, "it was run in /no/such/folder: No such file"));
  k.change("000.stream.short-send-random.echo-server/spec.json", "/directory", "/");
  k.change("000.stream.short-send-random.echo-server/spec.json", "/command", "./no-such-server {port}");
  const Finished gone = sockrig({"replay", spec});
  BOOST_TEST(gone.code == 2);
  BOOST_TEST(holds(gone.err, "--echo-server: there is no ./no-such-server"), gone.err);
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_shown) {
  const Kept k({"stream/short-recv-one", "stream/empty"});
  const Finished shown = sockrig({"show", k.path(), "stream/short-recv-one"});
  BOOST_TEST(shown.code == 0, shown.err);
  for (const char* part :
       {"stream/short-recv-one [echo-server]", "met          a: receive echo", "process   subject started",
        "peer      a: connects", "INJECTED short-recv bytes=1", "peer      a: sent 65536 bytes from offset 0",
        "peer      a: met-end", " calls in the middle were not kept"})
    BOOST_TEST(holds(shown.out, part), part);
  BOOST_TEST(!holds(shown.out, "stream/empty"));
  BOOST_TEST(sockrig({"show", k.path(), "stream/empty.echo-server"}).code == 0);
  const Finished unknown = sockrig({"show", k.path(), "stream/emty"});
  BOOST_TEST(unknown.code == 2);
  BOOST_TEST(holds(unknown.err, "did you mean 'stream/empty'?"), unknown.err);
}

BOOST_AUTO_TEST_CASE(two_campaigns_are_not_mixed) {
  const Folder folder;
  folder.write("kept/something", "");
  const Finished f = sockrig({"run", "--keep", folder.file("kept"), "stream/empty"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "is not empty"), f.err);
  const Finished forgotten = sockrig({"run", "--keep", "stream/empty"});
  BOOST_TEST(forgotten.code == 2);
  BOOST_TEST(holds(forgotten.err, "'stream/empty' is a selector; name the folder first"), forgotten.err);
  const Finished one = sockrig({"run", "--keep", folder.file("one"), "--out", folder.file("one"), "stream/empty.*"});
  BOOST_TEST(one.code == 2, "no such selector");
  BOOST_TEST(sockrig({"run", "--keep", folder.file("two"), "--out", folder.file("two"), "stream/empty"}).code == 0);
  BOOST_TEST(sockrig({"judge", folder.file("two")}).code == 0, "reports and what is kept may stand side by side");
  folder.write("file", "");
  BOOST_TEST(sockrig({"run", "--keep", folder.file("file/below"), "stream/empty"}).code == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
