#include "catalogue/scenario.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace sockrig;
namespace {
// Lines 1 to 12; the tests change one thing in it.
const std::string server_file =
    "claim = \"c\"\n"                 // 1
    "clause = \"RFC 9293 3.6\"\n"     // 2
    "role = \"echo-server\"\n"        // 3
    "level = \"must\"\n"              // 4
    "hint = \"h\"\n"                  // 5
    "[[fault]]\n"                     // 6
    "kind = \"short-recv\"\n"         // 7
    "bytes = 1\n"                     // 8
    "[script]\n"                      // 9
    "peer = \"\"\"\n"                 // 10
    "a: connect\n"                    // 11
    "a: send 1 KiB & receive echo\n"  // 12
    "\"\"\"\n";

const std::string client_file =
    "claim = \"c\"\n"                     // 1
    "clause = \"RFC 9293 3.6\"\n"         // 2
    "role = \"client\"\n"                 // 3
    "level = \"should\"\n"                // 4
    "hint = \"h\"\n"                      // 5
    "[world]\n"                           // 6
    "mtu = 536\n"                         // 7
    "hosts = [\"127.0.0.1 one.test\"]\n"  // 8
    "[peer]\n"                            // 9
    "listens = true\n"                    // 10
    "[script]\n"                          // 11
    "client = '''\n"                      // 12
    "a: accept\n"                         // 13
    "subject: exits 0\n"                  // 14
    "'''\n";

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, "no '" << from << "' to change");
  return text.replace(at, from.size(), to);
}

std::optional<Scenario> parse(const std::string& text, Diagnostics& problems) {
  return parse_scenario(text, "stream/x", "x.toml", problems);
}

Scenario good(const std::string& text) {
  Diagnostics problems;
  const auto s = parse(text, problems);
  for (const Diagnostic& p : problems) BOOST_ERROR(to_string(p) << "\nin:\n" << text);
  BOOST_REQUIRE(s.has_value());
  return *s;
}

struct Bad {
  std::string_view from, to;
  int line, column;
  std::string_view says;
};

void expect_one_problem(const std::string& file, const Bad& bad) {
  const std::string text = changed(file, bad.from, bad.to);
  Diagnostics problems;
  const bool parsed = parse(text, problems).has_value();
  BOOST_TEST_CONTEXT("'" << bad.from << "' became '" << bad.to << "'") {
    BOOST_TEST(!parsed);
    for (std::size_t i = 1; i < problems.size(); ++i) BOOST_ERROR("one problem too many: " << to_string(problems[i]));
    BOOST_REQUIRE(!problems.empty());
    const Diagnostic& p = problems.front();
    BOOST_TEST(p.file == "x.toml");
    BOOST_TEST(p.line == bad.line, to_string(p));
    BOOST_TEST(p.column == bad.column, to_string(p));
    BOOST_TEST((p.message.find(bad.says) != std::string::npos), to_string(p));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenario_file)

BOOST_AUTO_TEST_CASE(the_least_that_a_file_says) {
  const Scenario s = good(server_file);
  BOOST_TEST(s.id == "stream/x");
  BOOST_TEST(s.chapter == "stream");
  BOOST_TEST(s.file == "x.toml");
  BOOST_TEST(s.claim == "c");
  BOOST_TEST(s.clause == "RFC 9293 3.6");
  BOOST_TEST(s.hint == "h");
  BOOST_TEST(s.about == "");
  BOOST_TEST((s.level == Level::must));
  BOOST_TEST(!s.must_with_handler);
  BOOST_TEST((s.serves == Serves::one));
  BOOST_TEST(!s.only_one);
  BOOST_TEST(s.rounds == 1u);
  BOOST_TEST((s.roles == std::vector{Role::echo_server}));
  BOOST_TEST(s.after.empty());
  BOOST_TEST(!s.needs_namespaces);
  BOOST_TEST(s.listens);
  BOOST_REQUIRE(s.faults.size() == 1);
  BOOST_TEST(s.faults[0].text == "short-recv bytes=1");
  BOOST_REQUIRE(s.scripts.contains(Role::echo_server));
  BOOST_REQUIRE(s.scripts.at(Role::echo_server).size() == 2);
  BOOST_TEST(s.scripts.at(Role::echo_server)[1].line == 12);
  BOOST_TEST(s.scripts.at(Role::echo_server)[1].steps[0][1].column == 17);
}

BOOST_AUTO_TEST_CASE(all_that_a_file_can_say) {
  const Scenario s = good(R"(claim = "c"
clause = "k"
role = ["echo-server", "client"]
level = "should"
must_when = "handler"
serves = "at-once"
after = ["a/b", "c/d"]
hint = "h"
about = """two
lines"""
[[fault]]
kind = "interrupted"
call = "recv"
[[fault]]
kind = "delayed"
microseconds = 5
times = 2
[world]
sysctl = { "net.ipv4.tcp_syncookies" = 0, "net.ipv4.tcp_congestion_control" = "reno" }
mtu = 1280
hosts = ["127.0.0.1 one.test two.test", "::1 six.test"]
host = "one.test"
service = "rig-echo"
namespaces = true
[peer]
receive_buffer = "4 KiB"
send_buffer = 8192
[script]
echo-server = '''
a: connect
'''
client = "a: accept"
)");
  BOOST_TEST(s.must_with_handler);
  BOOST_TEST((s.serves == Serves::at_once));
  BOOST_TEST((s.after == std::vector<std::string>{"a/b", "c/d"}));
  BOOST_TEST(s.about == "two\nlines");
  BOOST_REQUIRE(s.faults.size() == 2);
  BOOST_TEST(s.faults[1].rule.limit == 2u);
  BOOST_TEST(s.sysctls.at("net.ipv4.tcp_syncookies") == "0");
  BOOST_TEST(s.sysctls.at("net.ipv4.tcp_congestion_control") == "reno");
  BOOST_TEST(s.mtu == 1280u);
  BOOST_TEST(s.hosts.size() == 2u);
  BOOST_TEST(s.host == "one.test");
  BOOST_TEST(s.service == "rig-echo");
  BOOST_TEST(s.needs_namespaces);
  BOOST_TEST(s.receive_buffer == 4096u);
  BOOST_TEST(s.send_buffer == 8192u);
  BOOST_TEST(s.scripts.size() == 2u);
  // A script on one line keeps its place: after the quote.
  BOOST_TEST(s.scripts.at(Role::client)[0].line == 32);
  BOOST_TEST(s.scripts.at(Role::client)[0].steps[0][0].column == 14);
}

BOOST_AUTO_TEST_CASE(output_in_a_pipe_is_read_when_the_program_has_ended) {
  const std::string file = R"(claim = "c"
clause = "s"
role = "client"
level = "must"
hint = "h"
[subject]
stdout = "pipe"
[script]
client = """
a: accept, send 1 KiB, shutdown write
subject: exits 0
stdout: receive a, receive end
"""
)";
  BOOST_TEST(good(file).output_is_pipe);
  Diagnostics problems;
  const std::string end = "subject: exits 0\nstdout: receive a, receive end";
  const std::string early = changed(file, end, "stdout: receive a\nsubject: exits 0");
  BOOST_TEST(!parse_scenario(early, "stream/x", "x.toml", problems));
  BOOST_REQUIRE(problems.size() == 1u);
  BOOST_TEST(problems[0].line == 11);
  BOOST_TEST(problems[0].message == "with stdout = \"pipe\" its output is read after 'subject: exits 0'");
  for (const auto& [right, wrong] : {std::pair{"exits 0", "exits 0 &"}, std::pair{"send 1 KiB", "send 5 KiB"}})
    BOOST_TEST(!parse_scenario(changed(file, right, wrong), "stream/x", "x.toml", problems), wrong);
}

BOOST_AUTO_TEST_CASE(how_a_program_is_started) {
  const Scenario usual = good(server_file);
  BOOST_TEST(!usual.input_closed);
  BOOST_TEST(usual.open_descriptors == 0u);
  BOOST_TEST(usual.port == 0u);
  const std::string subject = "[subject]\nstdin = \"closed\"\nopen_descriptors = 1100\n[world]\nport = 7\n[script]\n";
  const Scenario s = good(changed(server_file, "[script]\n", subject));
  BOOST_TEST(s.input_closed);
  BOOST_TEST(s.open_descriptors == 1100u);
  BOOST_TEST(s.port == 7u);
  BOOST_TEST(s.needs_namespaces);
}

BOOST_AUTO_TEST_CASE(a_private_network_is_implied) {
  BOOST_TEST(good(client_file).needs_namespaces);
  const std::string bare = changed(client_file, "mtu = 536\n", "");  // hosts can be told to getaddrinfo() too
  BOOST_TEST(!good(bare).needs_namespaces);
  BOOST_TEST(good(changed(bare, "[world]\n", "[world]\nnamespaces = true\n")).needs_namespaces);
  BOOST_TEST(good(changed(bare, "[world]\n", "[world]\nmtu = 1500\n")).needs_namespaces);
  BOOST_TEST(good(changed(bare, "[world]\n", "[world]\nsysctl = {\"net.core.somaxconn\" = 1}\n")).needs_namespaces);
}

BOOST_AUTO_TEST_CASE(a_script_for_all_roles_goes_to_each) {
  const std::string two = changed(server_file, "\"echo-server\"", "[\"echo-server\", \"discard-server\"]");
  const Scenario s = good(two);
  BOOST_TEST(s.scripts.size() == 2u);
  BOOST_TEST((s.scripts.at(Role::echo_server) == s.scripts.at(Role::discard_server)));
}

BOOST_AUTO_TEST_CASE(windows_line_ends_and_a_byte_order_mark_move_nothing) {
  std::string text = "\xef\xbb\xbf";
  for (const char c : server_file) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  BOOST_TEST(good(text).scripts.at(Role::echo_server)[1].line == 12);
  Diagnostics problems;
  BOOST_TEST(!parse(changed(text, "a: send", "a: snd"), problems).has_value());
  BOOST_REQUIRE(problems.size() == 1);
  BOOST_TEST(to_string(problems[0]).starts_with("x.toml:12:4: "));
}

BOOST_AUTO_TEST_CASE(one_mistake_in_a_file_for_a_server) {
  const Bad table[] = {
      {"claim = \"c\"\n", "", 1, 1, "'claim' is missing"},
      {"claim = \"c\"", "claim = \"\"", 1, 9, "'claim' is empty"},
      {"claim = \"c\"", "claim = \"  \"", 1, 9, "'claim' is empty"},
      {"claim = \"c\"", "claim = 3", 1, 9, "'claim' must be a string, not a whole number"},
      {"claim = \"c\"", "claim = [\"c\"]", 1, 9, "'claim' must be a string, not an array"},
      {"claim = \"c\"", "claim = \"a\\nb\"", 1, 9, "'claim' must stand on one line"},
      {"claim = \"c\"", "claim = \"a\\u001bb\"", 1, 9, "'claim' holds a control character"},
      {"claim = \"c\"", "claim = c", 1, 9, ""},
      {"claim = \"c\"", "claim = \"c", 1, 11, ""},
      {"claim = \"c\"", "claim = \"\xff\"", 1, 9, "utf-8"},
      {"clause = ", "clauze = ", 1, 1, "'clause' is missing"},
      {"clause = \"RFC 9293 3.6\"", "clause = \"\"", 2, 10, "'clause' is empty"},
      {"clause = \"RFC 9293 3.6\"", "clause = false", 2, 10, "'clause' must be a string, not true or false"},
      {"clause = \"RFC", "claim = \"RFC", 2, 9, "redefine"},
      {"hint = \"h\"\n", "", 1, 1, "'hint' is missing"},
      {"hint = \"h\"", "hint = \"\\t\"", 5, 8, "'hint' is empty"},
      {"hint = \"h\"", "hint = 1979-05-27", 5, 8, "not a date or time"},
      {"hint = \"h\"", "hint = \"h\"\nhints = \"h\"", 6, 1, "unknown key 'hints' (did you mean 'hint'?)"},
      {"hint = \"h\"", "hint = \"h\"\nxyzzy = 1", 6, 1, "unknown key 'xyzzy'"},
      {"hint = \"h\"", "hint = \"h\"\nabout = \"\"", 6, 9, "'about' is empty"},
      {"role = \"echo-server\"\n", "", 1, 1, "'role' is missing"},
      {"\"echo-server\"", "\"echo-sever\"", 3, 8, "unknown role 'echo-sever' (did you mean 'echo-server'?)"},
      {"\"echo-server\"", "\"proxy\"", 3, 8, "unknown role 'proxy' (expected echo-server"},
      {"\"echo-server\"", "7", 3, 8, "'role' must be a string or an array of strings, not a whole number"},
      {"\"echo-server\"", "[]", 3, 8, "'role' names no role"},
      {"\"echo-server\"", "[\"echo-server\", 1]", 3, 24, "'role' must hold strings"},
      {"\"echo-server\"", "[\"echo-server\", \"echo-server\"]", 3, 24, "role 'echo-server' is given twice"},
      {"level = \"must\"\n", "", 1, 1, "'level' is missing"},
      {"\"must\"", "\"shall\"", 4, 9, "unknown level 'shall' (expected must or should)"},
      {"\"must\"", "\"Must\"", 4, 9, "unknown level 'Must'"},
      {"\"must\"", "\"must\"\nmust_when = \"handler\"", 5, 13, "is a must anyway"},
      {"\"must\"", "\"should\"\nmust_when = \"always\"", 5, 13, "unknown condition 'always'"},
      {"\"must\"", "\"should\"\nmust_when = \"handler\"", 5, 13, "nothing that one could cut is cut here"},
      {"\"must\"", "\"must\"\nserves = \"at-onec\"", 5, 10, "did you mean 'at-once'"},
      {"\"must\"", "\"must\"\nafter = \"a/b\"", 5, 9, "'after' must be an array, not a string"},
      {"\"must\"", "\"must\"\nafter = [\"a/b\", 2]", 5, 17, "'after' must hold strings"},
      {"\"must\"", "\"must\"\nafter = [\"ab\"]", 5, 10, "'ab' is no id"},
      {"\"must\"", "\"must\"\nafter = [\"stream/x\"]", 5, 10, "cannot come after itself"},
      {"\"must\"", "\"must\"\nexplains = \"resets\"", 5, 12, "'resets' is no defect"},
      {"[[fault]]", "[fault]", 6, 1, "faults are written as '[[fault]]'"},
      {"[[fault]]", "fault = [1]\n[[fualt]]", 6, 10, "each fault must be a table"},
      {"kind = \"short-recv\"\n", "", 6, 1, "[[fault]]: 'kind' is missing"},
      {"\"short-recv\"", "\"short-rcv\"", 7, 8, "did you mean 'short-recv'"},
      {"\"short-recv\"", "\"corrupt\"", 7, 8, "nothing licenses loss"},
      {"\"short-recv\"", "\"delayed\"", 8, 1, "'delayed' does not take 'bytes'"},
      {"bytes = 1", "byte = 1", 8, 1, "'short-recv' does not take 'byte' (did you mean 'bytes'?)"},
      {"bytes = 1", "bytes = 0", 8, 9, "'bytes' is out of range"},
      {"bytes = 1", "bytes = \"one\"", 8, 9, "'bytes' takes a number"},
      {"bytes = 1", "bytes = 1.5", 8, 9, "'bytes' must be a whole number or a word, not a number with a point"},
      {"bytes = 1", "bytes = 1\npart = \"half\"", 9, 8, "'part' cannot be given together with 'bytes'"},
      {"bytes = 1\n", "", 7, 8, "needs 'bytes'"},
      {"bytes = 1", "bytes = 1\nskip = -1", 9, 8, "'skip' is out of range"},
      {"bytes = 1", "bytes = 1\n[[fault]]\nkind = \"interrupted\"\ncall = \"poll\"", 11, 8, "say 'wait'"},
      {"bytes = 1", "bytes = 1\n[[fault]]\nkind = \"interrupted\"\ncall = \"connect\"\nhandler = \"own\"", 10, 8,
       "can never fire in a server"},
      {"bytes = 1", "bytes = 1\n[[fault]]\nkind = \"interrupted\"\ncall = \"recv\"", 10, 8,
       "licensed only for level = \"should\""},
      {"[script]", "[scirpt]", 1, 1, "[script] is missing"},
      {"peer = ", "per = ", 9, 1, "the role echo-server has no script"},
      {"peer = \"\"\"", "discard-server = \"\"\"", 9, 1, "the role echo-server has no script"},
      {"peer = \"\"\"", "echo-server = 1\npeer = \"\"\"", 10, 15, "'peer' is the script of every role already"},
      {"peer = \"\"\"", "client = 'a: accept'\npeer = \"\"\"", 10, 10,
       "a script for client, which 'role' does not list"},
      {"a: connect\n", "a: conect\n", 11, 4, "unknown verb 'conect'"},
      {"a: connect\na: send 1 KiB & receive echo\n", "a: send 1 KiB\n", 11, 4, "'a' is not connected yet"},
      {"[[fault]]", "[[[fault]]]", 6, 1, "expected the name of a table"},
      {"[[fault]]", "[.world]\n[[fault]]", 6, 1, "expected the name of a table"},
      {"a: connect\n", "a: connect\nb: connect\n", 12, 0, "a second connection"},
      {"a: connect\n", "a: connect\n\\u0061: send 5\n", 10, 8, "written as it reads"},
      {"a: connect\n", "a: connect \\\n", 10, 8, "written as it reads"},
      {"receive echo\n", "receive ecoh\n", 12, 25, "did you mean"},
      {"a: connect\na: send 1 KiB & receive echo\n", "", 11, 1, "the script is empty"},
      {"[[fault]]", "[world]\nmtu = 67\n[[fault]]", 7, 7, "'mtu' is out of range: 67 (expected 68 to 65535)"},
      {"[[fault]]", "[peer]\nlistens = false\n[[fault]]", 7, 11, "'listens' is for the role client"},
      {"[[fault]]", "[peer]\nreceive_bufer = 1\n[[fault]]", 7, 1, "did you mean 'receive_buffer'"},
      {"[[fault]]", "[peer]\nreceive_buffer = \"4 KB\"\n[[fault]]", 7, 18, "must be a size"},
      {"[[fault]]", "[peer]\nreceive_buffer = 0\n[[fault]]", 7, 18, "out of range"},
      {"[[fault]]", "[peer]\nsend_buffer = \"2 GiB\"\n[[fault]]", 7, 15, "out of range"},
      {"[[fault]]", "[peer]\nsend_buffer = -1\n[[fault]]", 7, 15, "out of range"},
      {"[[fault]]", "peer = 3\n[[fault]]", 6, 8, "'peer' must be a table"},
  };
  for (const Bad& bad : table) {
    // Two of the changes leave a stray key beside the mistake that is meant.
    if (bad.to == "clauze = " || bad.to == "[scirpt]" || bad.to == "per = " || bad.to.starts_with("discard-server") ||
        bad.to.starts_with("fault = [1]")) {
      const std::string text = changed(server_file, bad.from, bad.to);
      Diagnostics problems;
      BOOST_TEST(!parse(text, problems).has_value());
      BOOST_REQUIRE(problems.size() == 2);
      const auto it = std::find_if(problems.begin(), problems.end(), [&](const Diagnostic& p) {
        return p.line == bad.line && p.column == bad.column && p.message.find(bad.says) != std::string::npos;
      });
      BOOST_TEST((it != problems.end()), to_string(problems[0]) << "\n" << to_string(problems[1]));
    } else {
      expect_one_problem(server_file, bad);
    }
  }
}

BOOST_AUTO_TEST_CASE(one_mistake_in_a_file_for_a_client) {
  const Bad table[] = {
      {"level = ", "serves = \"one\"\nlevel = ", 4, 10, "'serves' is said of servers"},
      {"mtu = 536", "port = 65536", 7, 8, "'port' is out of range: 65536 (expected 1 to 65535)"},
      {"[world]", "[subject]\nstdin = \"closed\"\n[world]", 7, 9, "a client's standard input is what it sends"},
      {"[world]", "[subject]\nstdin = \"open\"\n[world]", 7, 9, "'stdin' cannot be 'open' (expected closed or pipe)"},
      {"[world]", "[subject]\nopen_descriptors = 3\n[world]", 7, 20, "'open_descriptors' is out of range: 3"},
      {"mtu = 536", "mtu = \"536\"", 7, 7, "'mtu' must be a whole number, not a string"},
      {"mtu = 536", "mut = 536", 7, 1, "unknown key 'mut' in [world] (did you mean 'mtu'?)"},
      {"mtu = 536", "mtu = 536\nnamespaces = false", 8, 14, "'namespaces' cannot be false"},
      {"mtu = 536", "mtu = 536\nnamespaces = \"no\"", 8, 14, "'namespaces' must be true or false, not a string"},
      {"mtu = 536", "sysctl = 1", 7, 10, "'sysctl' must be a table"},
      {"mtu = 536", "sysctl = { \"kernel.x\" = 1 }", 7, 25, "no setting of a network namespace"},
      {"mtu = 536", "sysctl = { \"net.../x\" = 1 }", 7, 25, "no setting of a network namespace"},
      {"mtu = 536", "sysctl = { \"net.ipv4.x\" = true }", 7, 27, "must be a whole number or a word"},
      {"mtu = 536", "host = \"$(reboot)\"", 7, 8, "neither a name nor an address"},
      {"127.0.0.1 one.test", "one.test", 8, 10, "no line of a hosts file"},
      {"127.0.0.1 one.test", "127.0.0.1", 8, 10, "no line of a hosts file"},
      {"127.0.0.1 one.test", "127.0.0.1 one;test", 8, 10, "no line of a hosts file"},
      {"127.0.0.1 one.test", "127.0.0.256 one", 8, 10, "no line of a hosts file"},
      {"hosts = [\"127.0.0.1 one.test\"]", "hosts = \"127.0.0.1 one.test\"", 8, 9, "'hosts' must be an array"},
      {"mtu = 536", "service = \"7\"", 7, 11, "no name of a service"},
      {"listens = true", "listens = 1", 10, 11, "'listens' must be true or false"},
      {"listens = true", "address = \"192.0.2.1\"", 10, 11, "no loopback address"},
      {"listens = true", "address = \"127.1\"", 10, 11, "no loopback address"},
      {"listens = true", "listens = false", 13, 4, "nobody can be accepted"},
      {"a: accept", "a: connect", 13, 4, "'connect' is not for the role client"},
      {"subject: exits 0", "subject: exits 2", 14, 16, "unexpected '2'"},
      {"[world]", "[[fault]]\nkind = \"short-backlog\"\nmost = 1\n[world]", 7, 8, "can never fire in a client"},
      {"client = '''", "client = 7\nx = '''", 12, 10, "'client' must be a string"},
  };
  for (const Bad& bad : table) {
    if (bad.to.starts_with("client = 7")) {
      Diagnostics problems;
      BOOST_TEST(!parse(changed(client_file, bad.from, bad.to), problems).has_value());
      BOOST_REQUIRE(problems.size() == 2);
      BOOST_TEST(to_string(problems[0]) == "x.toml:12:10: 'client' must be a string, not a whole number");
      BOOST_TEST(to_string(problems[1]).starts_with("x.toml:13:1: unknown key 'x' in [script]"));
    } else {
      expect_one_problem(client_file, bad);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_licence_allows_beside_a_level) {
  const std::string interrupted =
      changed(server_file, "kind = \"short-recv\"\nbytes = 1", "kind = \"interrupted\"\ncall = \"send\"\nX");
  good(changed(interrupted, "X", "handler = \"own\""));
  good(changed(interrupted, "X", "partial = \"yes\""));
  good(changed(changed(interrupted, "X", ""), "\"must\"", "\"should\""));
  BOOST_TEST(good(changed(changed(interrupted, "X", ""), "\"must\"", "\"should\"\nmust_when = \"handler\""))
                 .must_with_handler);
}

BOOST_AUTO_TEST_CASE(several_connections_need_a_server_that_takes_them) {
  const std::string two = changed(server_file, "a: connect\n", "2 a in turn: connect, close\nb: connect\na: connect\n");
  Diagnostics problems;
  BOOST_TEST(!parse(changed(server_file, "a: connect\n", "b: connect, close\na: connect\n"), problems).has_value());
  good(changed(changed(server_file, "a: connect\n", "b: connect, close\na: connect\n"), "level",
               "serves = \"in-turn\"\nlevel"));
  // A server that was started again takes one more.
  good(changed(server_file, "a: connect\n", "b: connect, close\nsubject: exits\nsubject: restart\na: connect\n"));
}

BOOST_AUTO_TEST_CASE(all_problems_of_a_file_are_told_in_order) {
  Diagnostics problems;
  const std::string text = changed(changed(changed(server_file, "\"must\"", "\"mist\""), "bytes = 1", "bytes = 0"),
                                   "a: connect\n", "a: conect\n");
  BOOST_TEST(!parse(text, problems).has_value());
  BOOST_REQUIRE(problems.size() == 3);
  BOOST_TEST(problems[0].line == 4);
  BOOST_TEST(problems[1].line == 8);
  BOOST_TEST(problems[2].line == 11);
}

BOOST_AUTO_TEST_CASE(nonsense_is_a_problem_and_never_an_exception) {
  for (const std::string& text :
       {std::string(), std::string(1, '\0'), std::string(1000, '['), std::string(5000, '{'),
        "a = " + std::string(20000, '['), std::string("\xff\xfe"), std::string("[[["), std::string("= 1"),
        std::string("script = 1"), std::string("[script]\npeer = \"\"\"")}) {
    Diagnostics problems;
    BOOST_TEST(!parse(text, problems).has_value());
    BOOST_TEST(!problems.empty());
    for (const Diagnostic& p : problems) BOOST_TEST(p.line > 0);
  }
}

BOOST_AUTO_TEST_CASE(words_go_both_ways) {
  for (const Role r : {Role::echo_server, Role::discard_server, Role::chargen_server, Role::client, Role::custom}) {
    BOOST_TEST((parse_role(to_string(r)) == r));
  }
  for (const Level l : {Level::must, Level::should}) BOOST_TEST((parse_level(to_string(l)) == l));
  for (const Serves s : {Serves::one, Serves::in_turn, Serves::at_once}) BOOST_TEST((parse_serves(to_string(s)) == s));
  BOOST_TEST(!parse_role("server").has_value());
  BOOST_TEST(!parse_level("").has_value());
  BOOST_TEST(!parse_serves("in turn").has_value());
}

BOOST_AUTO_TEST_CASE(diagnostics_leave_out_what_they_do_not_know) {
  BOOST_TEST(to_string(Diagnostic{"f", 3, 9, "m"}) == "f:3:9: m");
  BOOST_TEST(to_string(Diagnostic{"f", 3, 0, "m"}) == "f:3: m");
  BOOST_TEST(to_string(Diagnostic{"f", 0, 0, "m"}) == "f: m");
  BOOST_TEST(to_string(Diagnostic{"", 0, 0, "m"}) == "m");
}

BOOST_AUTO_TEST_CASE(only_one_and_rounds) {
  const Scenario one = good(changed(server_file, "level = ", "serves = \"only-one\"\nlevel = "));
  BOOST_TEST(one.only_one);
  BOOST_TEST((one.serves == Serves::one));
  BOOST_TEST(good(changed(client_file, "level = ", "rounds = 200\nlevel = ")).rounds == 200u);
  const auto refused = [](const std::string& text, std::string_view why) {
    Diagnostics problems;
    BOOST_TEST(!parse(text, problems).has_value());
    BOOST_REQUIRE(problems.size() == 1u);
    BOOST_TEST(problems[0].message.find(why) != std::string::npos, problems[0].message);
  };
  refused(changed(server_file, "level = ", "rounds = 2\nlevel = "), "'rounds' is for the role client");
  refused(changed(client_file, "level = ", "rounds = 1\nlevel = "), "2 to 1000");
  refused(changed(changed(client_file, "level = ", "rounds = 2\nlevel = "), "subject: exits 0", "subject: waits"),
          "must see the end of the client");
}

BOOST_AUTO_TEST_CASE(a_dialogue_is_for_the_role_custom) {
  const auto file = [](const std::string& role, const std::string& script, const std::string& more = "") {
    return "claim = \"c\"\nclause = \"c\"\nrole = " + role + "\nlevel = \"must\"\nhint = \"h\"\n" + more +
           "[script]\npeer = '''\n" + script + "\n'''\n";
  };
  const auto problem = [&](const std::string& text) {
    Diagnostics problems;
    BOOST_TEST(!parse(text, problems).has_value(), text);
    return problems.empty() ? std::string() : to_string(problems.front());
  };
  BOOST_TEST((good(file("\"custom\"", "a: plays the dialogue")).roles == std::vector{Role::custom}));
  good(file("[\"echo-server\", \"custom\"]", "a: connect, close"));
  BOOST_TEST(problem(file("\"echo-server\"", "a: plays the dialogue")).find("needs the role custom") !=
             std::string::npos);
  BOOST_TEST(problem(file("[\"echo-server\", \"custom\"]", "a: begins the dialogue")).find("needs the role custom") !=
             std::string::npos);
  BOOST_TEST(problem(file("\"custom\"", "a: connect, send 1 & receive echo")).find("only its dialogue knows") !=
             std::string::npos);
  // Cut at every position it takes many connections.
  const std::string cut = "a: plays the dialogue cut at every position";
  BOOST_TEST(problem(file("\"custom\"", cut)).find("a second connection") != std::string::npos);
  good(file("\"custom\"", cut, "serves = \"in-turn\"\n"));
}

BOOST_AUTO_TEST_SUITE_END()
