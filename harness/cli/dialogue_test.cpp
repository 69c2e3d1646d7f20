// Dialogues with the built sockrig: what a custom server is asked, and in which words its failure is told.
#include <boost/test/unit_test.hpp>

#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

using nlohmann::json;

std::string lines_server() {
  return built("reference-server") + " lines --host {host} --port {port} --serves at-once";
}

// A run of the reference server's service "lines" with a dialogue of the test's own.
JsonRun ask(const Folder& folder, const std::string& dialogue, std::vector<std::string> more) {
  folder.write("d.dialogue", dialogue);
  more.insert(more.begin(), {"--custom-server", lines_server(), "--dialogue", folder.file("d.dialogue")});
  return run_for_json(more);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dialogues_held)

BOOST_AUTO_TEST_CASE(without_a_command_the_reference_server_is_asked) {
  const JsonRun run =
      run_for_json({"stream/dialogue", "stream/coalesced", "stream/split-anywhere", "failure/half-message"});
  BOOST_TEST(run.finished.code == 0, run.finished.out);
  int passed = 0;
  for (const json& r : run.report["results"]) {
    if (r["role"] != "custom") continue;
    BOOST_TEST(r["outcome"] == "pass", r.dump(1));
    BOOST_TEST(holds(r["repeat"].get<std::string>(), " --dialogue "));
    ++passed;
  }
  BOOST_TEST(passed == 4);
  BOOST_TEST(holds(run.report["dialogue"].get<std::string>(), "lines.dialogue"));
}

BOOST_AUTO_TEST_CASE(a_custom_server_without_a_dialogue_is_refused) {
  const Finished f = sockrig({"run", "--custom-server", lines_server()});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "--dialogue FILE"), f.err);
  BOOST_TEST(sockrig({"run", "--custom-server", lines_server(), "--dialogue", "/tmp"}).code == 2);
}

BOOST_AUTO_TEST_CASE(a_wrong_dialogue_is_refused_before_anything_runs) {
  const Folder folder;
  folder.write("d.dialogue", "> a\nreceive b\n");
  const Finished f = sockrig({"run", "--custom-server", lines_server(), "--dialogue", folder.file("d.dialogue")});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "d.dialogue:2:1: expected '>'"), f.err);
  BOOST_TEST(holds(f.err, "did you mean '<'?"), f.err);
}

BOOST_AUTO_TEST_CASE(the_first_line_that_differs_is_named) {
  const Folder folder;
  const auto message = [&](const std::string& dialogue, const std::string& id = "stream/dialogue") {
    const JsonRun run = ask(folder, dialogue, {id});
    const json& r = *run.result(id);
    BOOST_TEST(r["outcome"] == "fail", r.dump(1));
    return r["reason"].get<std::string>();
  };
  BOOST_TEST(message("> a\\n\n< 1 A\\n\n> b\\n\n< 1 C\\n\n") ==
             "line 4 of the dialogue: expected \"1 C\\n\", got \"1 B\\n\"");
  BOOST_TEST(message("> a\\n\n> b\\n\n< 1 A\\n\n") ==
             "after line 3 of the dialogue, its last, nothing more was due, and 4 bytes came: \"1 B\\n\"");
  BOOST_TEST(
      message("> a\\n\n< 1 A\\n\n< end\n")
          .starts_with("line 3 of the dialogue: the server must end its stream, and did not; the server is stuck"));
  BOOST_TEST(
      message("> a\n< 1 A\\n\n")
          .starts_with("line 2 of the dialogue: expected \"1 A\\n\", nothing came; the server is stuck: it waits in "));
  BOOST_TEST(
      message("> quit\\n\n< bye\\n\n")
          .starts_with("line 2 of the dialogue: expected \"bye\\n\", nothing came; the server ended its stream"));
  BOOST_TEST(message("> quit\\n\n< x\n").find("ended its stream before line 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(large_messages_long_dialogues_and_other_ends) {
  const Folder folder;
  std::string many;
  for (int i = 0; i < 300; ++i) many += "> abcdefgh\\n\n< 8 ABCDEFGH\\n\n";
  const std::string large(60000, 'x'), answer(60000, 'X');
  std::string larger;
  for (int i = 0; i < 8; ++i) larger += "> " + large + "\\n\n< 60000 " + answer + "\\n\n";
  for (const std::string& dialogue :
       {many, larger, std::string("> a\\n\n> end\n< 1 A\\n\n< end\n"), std::string("> a\n> end\n< end\n")}) {
    const JsonRun run = ask(folder, dialogue, {"stream", "failure/half-message"});
    for (const json& r : run.report["results"]) {
      const bool alone = r["outcome"] == "skipped" && holds(r["reason"].get<std::string>(), "not applicable: ");
      BOOST_TEST((r["outcome"] == "pass" || alone), r["id"] << ": " << r["reason"]);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_left_out_of_many_cuts_is_said_and_the_same_again) {
  const Folder folder;
  const std::string dialogue = "> " + std::string(999, 'x') + "\\n\n< 999 " + std::string(999, 'X') + "\\n\n";
  const auto note = [&](const char* seed) {
    const JsonRun run = ask(folder, dialogue, {"stream/split-anywhere", "--seed", seed});
    const json& r = *run.result("stream/split-anywhere");
    BOOST_TEST(r["outcome"] == "pass", r.dump(1));
    return r["steps"].at(2)["note"].get<std::string>();
  };
  BOOST_TEST(note("1") == "128 of 999 positions, by the seed; left out: 871 in line 1");
  BOOST_TEST(note("1") == note("1"));
}

BOOST_AUTO_TEST_CASE(a_cut_that_fails_is_told_by_its_place) {
  const JsonRun run =
      run_for_json({"--custom-server", planted("mistake-custom-receive-is-message") + " {host} {port}", "--dialogue",
                    SOCKRIG_SOURCE_DIR "/sut/reference/lines.dialogue", "stream/split-anywhere"});
  const json& r = *run.result("stream/split-anywhere");
  BOOST_TEST(r["outcome"] == "fail");
  BOOST_TEST(r["diagnosis"]["code"] == "wrong-answer");
  BOOST_TEST(
      r["reason"] ==
      "line 5 of the dialogue: expected \"12 HELLO, WORLD\\n\", got \"1 H\\n11 ELLO, WORLD\\n\" (line 4 was cut after "
      "1 byte of 13)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
