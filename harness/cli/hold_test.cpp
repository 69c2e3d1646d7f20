// Programs that are held just before a send, by the built sockrig: what they are told of, and what they are not blamed
// for.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

using nlohmann::json;
namespace data = boost::unit_test::data;

std::string told(const json& r) {
  return r["id"].get<std::string>() + ": " + r["outcome"].get<std::string>() + " — " + r["reason"].get<std::string>();
}

std::string chargen(const std::string& how, const std::string& program = "chargens") {
  return built("shim-programs/" + program) + " {host} {port} " + how;
}

struct Case {
  const char *how, *outcome, *says;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.how;
}

const Case cases[] = {
    {"plain", "pass", ""},
    {"bytes", "pass", ""},
    {"fork", "pass", ""},  // SIGPIPE ends the child alone
    {"epoll-edge", "pass", ""},
    {"ticking", "pass", ""},
    {"wrong-thread", "fail", "SIGPIPE"},
    {"exits-on-error", "fail", "exited with status 1"},
    {"exits-on-end", "fail", "exited with status 1"},  // by another thread, while one is held
    {"one-send", "skipped", "no call of it could be held"},
    {"blocked", "skipped", "a signal handler may have been making the call"},
    {"stdio", "inconclusive", "calls were not seen"},
    {"syscall", "inconclusive", "calls were not seen"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hold)

BOOST_DATA_TEST_CASE(a_server_that_is_held_before_it_sends_meets_a_dead_connection,
                     data::make(cases) * data::make({"auto", "none"}), one, sandbox) {
  const JsonRun run = run_for_json({"failure/broken-pipe", "--sandbox", sandbox, "--chargen-server", chargen(one.how)});
  const json& r = *run.result("failure/broken-pipe");
  BOOST_TEST(r["outcome"] == one.outcome, told(r));
  BOOST_TEST(holds(r["reason"], one.says), told(r));
}

BOOST_AUTO_TEST_CASE(a_static_server_cannot_be_held) {
  const JsonRun run = run_for_json({"failure/broken-pipe", "--chargen-server", chargen("plain", "chargens-static")});
  const json& r = *run.result("failure/broken-pipe");
  BOOST_TEST(r["outcome"] == "inconclusive", told(r));
  BOOST_TEST(holds(r["reason"], "none of them could be held"), told(r));
}

// The scenario is what is wrong there, or the claim; the program is not.
BOOST_DATA_TEST_CASE(nobody_is_blamed_for_what_is_not_done_while_held, data::make({"plain", "ticking"}), how) {
  const Folder folder;
  folder.write("failure/held.toml", R"(claim  = "Lines come"
clause = "RFC 864"
role   = "chargen-server"
level  = "must"
hint   = "Send."

[[fault]]
kind = "held"
call = "send"
skip = 1

[script]
peer = """
a: connect, receive 64 KiB of lines
subject: is held
a: reset
subject: is released
"""
)");
  const JsonRun run = run_for_json({"--scenarios", folder.file(""), "--chargen-server", chargen(how)});
  const json& r = *run.result("failure/held");
  BOOST_TEST(r["outcome"] == "inconclusive", told(r));
  BOOST_TEST(holds(r["reason"], "while it holds a call of it"), told(r));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
