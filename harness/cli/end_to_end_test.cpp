// The built sockrig on real programs: exit codes, what is blamed, and that nothing is left behind.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include "cli/spawned_for_tests.hpp"
#include "run/child_for_tests.hpp"

namespace sockrig {
namespace {

using nlohmann::json;

// A word that no other process has among its arguments.
std::string unique_word(const char* what) {
  return std::string("sockrig-test-") + what + "-" + std::to_string(::getpid());
}

std::string why_no_python() {
  return ::access("/usr/bin/python3", X_OK) == 0 ? "" : "there is no /usr/bin/python3";
}

std::string reference_server() {
  return built("reference-server") + " echo --host {host} --port {port} --serves at-once";
}

// Shared memory of runs; and whether there is some that is new, although the runner that its name tells is gone.
std::set<std::string> regions() {
  std::set<std::string> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored)) {
    if (const std::string name = entry.path().filename(); name.starts_with("sockrig-")) out.insert(name);
  }
  return out;
}
bool memory_of_the_dead(const std::set<std::string>& before) {
  const std::set<std::string> now = regions();
  return std::ranges::any_of(now, [&](const std::string& name) {
    return !before.contains(name) && !std::filesystem::exists("/proc/" + std::to_string(std::atoi(name.c_str() + 8)));
  });
}

// What differs from run to run for good reasons, taken out: how long it took, and counts and notes that depend on where
// the scheduler cut (how many receives a megabyte took, and so how many of them a fault met).
json comparable(json report) {
  report.erase("duration_ms");
  for (json& r : report["results"]) {
    r.erase("duration_ms");
    r["evidence"].erase("kernel");
    for (json& count : r["evidence"]["fired"]) count = count > 0;
    for (json& f : r["faults"]) {
      f["seen"] = f["seen"] > 0;
      f["fired"] = f["fired"] > 0;
      f.erase("withheld");
    }
  }
  return report;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(end_to_end)

BOOST_AUTO_TEST_CASE(the_reference_programs_pass) {
  const JsonRun run =
      run_for_json({"stream/text", "stream/empty", "shutdown/immediate", "stream/short-recv-one", "connect/refused"});
  BOOST_TEST(run.finished.code == 0, run.finished.err);
  BOOST_TEST(run.report["results"].size() > 8u);
  for (const json& r : run.report["results"]) BOOST_TEST(r["outcome"] == "pass", r.dump(1));
}

BOOST_AUTO_TEST_CASE(usage_errors_exit_2) {
  Finished f = sockrig({"run", "straem/text"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "did you mean"));
  f = sockrig({"run", "--echo-server", "/nonexistent/server {port}", "stream/text"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "there is no /nonexistent/server"));
  f = sockrig({"run", "--sandbox", "nmaespaces"});
  BOOST_TEST(f.code == 2);
  f = sockrig({"rnu"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "did you mean 'run'"));
  BOOST_TEST(sockrig({}).code == 2);
}

BOOST_AUTO_TEST_CASE(nothing_selected_exits_3) {
  const Finished f = sockrig({"run", "stream", "!stream"});
  BOOST_TEST(f.code == 3);
  BOOST_TEST(holds(f.err, "nothing to run"));
  BOOST_TEST(sockrig({"run", "--client", built("reference-client") + " {host} {port}", "accept/in-turn"}).code == 3);
}

BOOST_AUTO_TEST_CASE(a_broken_scenario_exits_2_with_its_place) {
  const Folder folder;
  folder.write("stream/bad.toml", "claim = \"x\"\nclause = \"y\"\nrole = \"echo-server\"\nlevel = 5\n");
  const Finished f = sockrig({"run", "--scenarios", folder.file("")});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "stream/bad.toml:4:9: "), f.err);
  BOOST_TEST(f.out == "");
}

BOOST_AUTO_TEST_CASE(a_report_that_cannot_be_written_exits_5) {
  const Finished f =
      sockrig({"run", "stream/empty", "--echo-server", reference_server(), "--report", "json=/dev/full"});
  BOOST_TEST(f.code == 5);
  BOOST_TEST(holds(f.err, "/dev/full"));
}

BOOST_AUTO_TEST_CASE(a_report_that_cannot_be_opened_exits_2_before_anything_runs) {
  const Finished f = sockrig({"run", "stream/empty", "--report", "json=/nonexistent/results.json"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "/nonexistent/results.json"));
}

BOOST_AUTO_TEST_CASE(a_program_that_never_listens_is_not_listening) {
  const JsonRun run = run_for_json({"stream/text", "--echo-server", "/bin/sh -c 'exec sleep 1000' {port}"});
  BOOST_TEST(run.finished.code == 1, run.finished.err);
  const json& r = *run.result("stream/text");
  BOOST_TEST(r["outcome"] == "fail");
  BOOST_TEST(r["diagnosis"]["code"] == "not-listening", r.dump(1));
  BOOST_TEST(holds(r["diagnosis"]["message"], "sleep"), r["diagnosis"]["message"]);
}

BOOST_AUTO_TEST_CASE(a_program_that_exits_at_once_is_told_with_its_status) {
  const JsonRun run = run_for_json({"stream/text", "--echo-server", "/bin/sh -c 'echo no such thing; exit 17' {port}"});
  BOOST_TEST(run.finished.code == 1);
  const json& r = *run.result("stream/text");
  BOOST_TEST(r["diagnosis"]["code"] == "ended-before-listening", r.dump(1));
  BOOST_TEST(holds(r["diagnosis"]["message"], "exited with status 17"));
  BOOST_TEST(r["output"] == "no such thing\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_crashes_is_told_with_its_signal) {
  const JsonRun run = run_for_json({"stream/text", "--echo-server", "/bin/sh -c 'kill -SEGV $$' {port}"});
  BOOST_TEST(run.finished.code == 1);
  BOOST_TEST((*run.result("stream/text"))["diagnosis"]["code"] == "killed-by-signal");
}

BOOST_AUTO_TEST_CASE(a_program_that_works_for_ever_spins) {
  const JsonRun run = run_for_json({"stream/text", "--echo-server", "/bin/sh -c 'while :; do :; done' {port}"});
  BOOST_TEST(run.finished.code == 1);
  BOOST_TEST((*run.result("stream/text"))["outcome"] == "fail");
}

BOOST_AUTO_TEST_CASE(a_repeat_command_repeats_it) {
  const JsonRun run = run_for_json({"stream/short-send-random", "--echo-server",
                                    planted("mistake-short-send-ignored") + " {host} {port}", "--seed", "77"});
  BOOST_TEST(run.finished.code == 1);
  const json& r = *run.result("stream/short-send-random");
  BOOST_REQUIRE(r["outcome"] == "fail");
  const std::string repeat = r["repeat"];
  BOOST_TEST(holds(repeat, "--seed 77"), repeat);
  BOOST_TEST(holds(repeat, "stream/short-send-random"), repeat);
  BOOST_REQUIRE(repeat.starts_with("sockrig run "));
  const std::string again = built("") + repeat + " --report json=-";
  const Finished f = Spawned({"/bin/sh", "-c", again}).wait();
  BOOST_TEST(f.code == 1);
  BOOST_TEST(json::parse(f.out)["results"][0]["diagnosis"]["code"] == r["diagnosis"]["code"]);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_result) {
  const std::vector<std::string> arguments{"stream/text",
                                           "stream/short-recv-random",
                                           "stream/short-send-random",
                                           "stream/empty",
                                           "failure/vanish",
                                           "--seed",
                                           "5"};
  const json one = comparable(run_for_json(arguments).report), two = comparable(run_for_json(arguments).report);
  BOOST_TEST(one == two, json::diff(one, two).dump(1));
}

BOOST_AUTO_TEST_CASE(daemons_are_ended_too, *needs("python3", why_no_python)) {
  const Folder folder;
  // Leaves its session, forks twice, closes what it was given; the first process ends at once.
  const std::string server = folder.program("daemon", R"(#!/usr/bin/python3
import os, socket, sys, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
for fd in range(3): os.close(fd)
s = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    c = s.accept()[0]
    if os.fork() == 0:
        if os.fork() == 0:
            c.close()
            while True: time.sleep(1000)
        while data := c.recv(65536): c.sendall(data)
        os._exit(0)
    c.close()
)");
  for (const char* sandbox : {"auto", "none"}) {
    const std::string word = unique_word("daemon");
    const JsonRun run =
        run_for_json({"stream/text", "--echo-server", server + " {host} {port} " + word, "--sandbox", sandbox});
    BOOST_TEST(run.report["results"].size() == 1u);
    BOOST_TEST((*run.result("stream/text"))["outcome"] == "pass", run.report.dump(1));
    BOOST_TEST(processes_with(word).empty(), sandbox);
  }
}

BOOST_AUTO_TEST_CASE(without_namespaces_it_works_and_says_so) {
  const JsonRun run =
      run_for_json({"stream/text", "stream/short-recv-one", "stream/small-segments", "--sandbox", "none"});
  BOOST_TEST(run.finished.code == 0, run.finished.err);
  BOOST_TEST(holds(run.report["machine"]["sandbox"], "none"), run.report["machine"]["sandbox"]);
  BOOST_TEST((*run.result("stream/text"))["outcome"] == "pass");
  BOOST_TEST((*run.result("stream/short-recv-one"))["outcome"] == "pass");
  const json& needs = *run.result("stream/small-segments");
  BOOST_TEST(needs["outcome"] == "skipped");
  BOOST_TEST(holds(needs["reason"], "--sandbox none"), needs["reason"]);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_can_run_it, *needs("another_user", why_no_other_user)) {
  for (const char* sandbox : {"auto", "none"}) {
    const JsonRun run = run_for_json({"stream/text", "stream/short-recv-one", "--sandbox", sandbox}, nobody);
    BOOST_TEST(run.finished.code == 0, sandbox << ": " << run.finished.err << run.report.dump(1));
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_writes_what_it_has_and_leaves_nothing, *needs("python3", why_no_python)) {
  const Folder folder;
  // Listens and echoes nothing, but works: neither stuck nor done.
  const std::string server = folder.program("busy", R"(#!/usr/bin/python3
import socket, sys
s = socket.create_server((sys.argv[1], int(sys.argv[2])))
c = s.accept()[0]
while True: pass
)");
  for (const char* sandbox : {"auto", "none"}) {
    for (const int signal : {SIGINT, SIGTERM}) {
      const std::string word = unique_word("interrupt");
      const std::set<std::string> before = regions();
      Spawned run({built("sockrig"), "run", "stream", "--echo-server", server + " {host} {port} " + word, "--sandbox",
                   sandbox, "--report", "json=-"});
      const auto subjects = [&] {
        std::vector<pid_t> out = processes_with(word);
        std::erase(out, run.pid());
        return out;
      };
      BOOST_REQUIRE(until([&] { return !subjects().empty() || run.over(); }));
      ::kill(run.pid(), signal);
      const Finished f = run.wait();
      BOOST_TEST(f.code == 130, sandbox << ", signal " << signal << ": " << f.code << ' ' << f.err);
      const json report = json::parse(f.out, nullptr, false);
      BOOST_REQUIRE(!report.is_discarded());
      BOOST_TEST(report["interrupted"] == true);
      BOOST_TEST(until([&] { return processes_with(word).empty(); }), sandbox << ": something is left");
      BOOST_TEST(!memory_of_the_dead(before), sandbox << ": shared memory is left");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
