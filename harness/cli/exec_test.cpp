// `sockrig exec` on real programs: the faults fire, the calls are shown, and the exit status is the program's.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include "cli/spawned_for_tests.hpp"
#include "run/child_for_tests.hpp"
#include "run/program_file.hpp"

namespace sockrig {
namespace {

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// The other end of what is run: it takes one connection, reads it to its end, and closes.
class Listener {
 public:
  Listener() : socket_(check("socket", ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    check("bind", ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size));
    check("listen", ::listen(socket_.get(), 5));
    check("getsockname", ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size));
    port_ = std::to_string(ntohs(address.sin_port));
  }
  const std::string& port() const { return port_; }
  // What `program` sends; nothing if it ends without having connected.
  std::string receive_all(Spawned& program) {
    pollfd waits{socket_.get(), POLLIN, 0};
    while (::poll(&waits, 1, 10) == 0) {
      if (program.over()) return "";
    }
    const Descriptor connection(check("accept", ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    std::string out;
    char buffer[4096];
    for (ssize_t count; (count = ::read(connection.get(), buffer, sizeof buffer)) > 0;)
      out.append(buffer, static_cast<std::size_t>(count));
    return out;
  }

 private:
  Descriptor socket_;
  std::string port_;
};

struct Sent {
  std::string bytes;
  Finished finished;
};

// The reference client under exec with these options, "0123456789" on its standard input.
Sent client_under(const std::string& options) {
  const Folder folder;
  folder.write("input", "0123456789");
  Listener listener;
  Spawned client({"/bin/sh", "-c",
                  fmt::format("exec '{}' exec {} -- '{}' 127.0.0.1 {} <'{}'", built("sockrig"), options,
                              built("reference-client"), listener.port(), folder.file("input"))});
  Sent sent;
  sent.bytes = listener.receive_all(client);
  sent.finished = client.wait();
  return sent;
}

// Static on every Debian and Ubuntu.
std::string why_no_static_ldconfig() {
  const std::string why = why_not_preloaded("/sbin/ldconfig");
  return holds(why, "static") ? "" : "/sbin/ldconfig is not a static program here: " + why;
}

Finished shell_under_exec(const std::string& script) {
  return sockrig({"exec", "--", "/bin/sh", "-c", script});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exec)

BOOST_AUTO_TEST_CASE(a_fault_fires_and_every_call_is_shown) {
  const auto [bytes, f] = client_under("--fault 'short-send bytes=1' --trace");
  BOOST_TEST(bytes == "0123456789");
  BOOST_TEST(f.code == 0, f.err);
  BOOST_TEST(f.out == "");
  BOOST_TEST(times(f.err, "   INJECTED short-send bytes=1\n") == 9u, f.err);  // the tenth has nothing to cut
  BOOST_TEST(holds(f.err, "] connect("), f.err);
  BOOST_TEST(holds(f.err, "sockrig: short-send bytes=1: seen 10, fired 9"), f.err);
}

BOOST_AUTO_TEST_CASE(one_call_is_met_and_every_call_says_which_it_is) {
  const auto [bytes, f] =
      client_under("--fault 'short-send bytes=4 connection=1 at=2' -f 'short-send bytes=3 at=1' -t");
  BOOST_TEST(bytes == "0123456789");
  BOOST_TEST(f.code == 0, f.err);
  BOOST_TEST(holds(f.err, ") → 0 [connect 1: connection 1]\n"), f.err);
  BOOST_TEST(holds(f.err, " asked 10 → 3 [connection 1, send 1]   INJECTED short-send bytes=3 at=1\n"), f.err);
  BOOST_TEST(holds(f.err, " asked 7 → 4 [connection 1, send 2]   INJECTED short-send bytes=4 connection=1 at=2\n"),
             f.err);
  BOOST_TEST(holds(f.err, " asked 3 → 3 [connection 1, send 3]\n"), f.err);
}

BOOST_AUTO_TEST_CASE(without_trace_only_the_sum_is_told) {
  const auto [bytes, f] = client_under("-f 'short-send bytes=4' -f 'delayed call=recv microseconds=10'");
  BOOST_TEST(bytes == "0123456789");
  BOOST_TEST(f.code == 0);
  BOOST_TEST(f.err.starts_with("sockrig: short-send bytes=4: seen 3, fired 2"), f.err);
  BOOST_TEST(times(f.err, "\n") == 2u, f.err);
  BOOST_TEST(holds(f.err, "\nsockrig: delayed call=recv microseconds=10: seen 1, fired 1\n"), f.err);
}

BOOST_AUTO_TEST_CASE(without_faults_nothing_is_added) {
  const auto [bytes, f] = client_under("");
  BOOST_TEST(bytes == "0123456789");
  BOOST_TEST(f.code == 0);
  BOOST_TEST(f.err == "");
}

BOOST_AUTO_TEST_CASE(the_same_seed_cuts_at_the_same_places) {
  const auto trace = [](const std::string& seed) {
    const std::string text = client_under("--fault 'short-send part=random' --trace --seed " + seed).finished.err;
    std::string sends;  // asked and taken: numbers of processes differ
    for (std::size_t at = text.find("] send("); at != text.npos; at = text.find("] send(", at + 1)) {
      const std::size_t asked = text.find(" asked", at);
      sends += text.substr(asked, text.find('\n', asked) - asked);
    }
    return sends;
  };
  const std::string one = trace("1");
  BOOST_TEST(one != "");
  BOOST_TEST(one == trace("1"));
  bool differs = false;
  for (const char* seed : {"2", "3", "4", "5"}) differs = differs || trace(seed) != one;
  BOOST_TEST(differs);
}

BOOST_AUTO_TEST_CASE(the_programs_end_is_its_own) {
  BOOST_TEST(shell_under_exec("exit 0").code == 0);
  BOOST_TEST(shell_under_exec("exit 7").code == 7);
  BOOST_TEST(shell_under_exec("kill -KILL $$").code == 128 + SIGKILL);
  const Finished f = shell_under_exec("echo to out; echo to err >&2");
  BOOST_TEST(f.out == "to out\n");
  BOOST_TEST(f.err == "to err\n");
}

BOOST_AUTO_TEST_CASE(signals_are_handed_on) {
  const Folder folder;
  Spawned run({built("sockrig"), "exec", "--", "/bin/sh", "-c",
               "trap 'exit 9' TERM; : >'" + folder.file("ready") + "'; while :; do sleep 0.01; done"});
  BOOST_REQUIRE(until([&] { return std::filesystem::exists(folder.file("ready")) || run.over(); }));
  ::kill(run.pid(), SIGTERM);
  BOOST_TEST(run.wait().code == 9);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_started_has_its_own_codes) {
  Finished f = sockrig({"exec", "--", "/nonexistent/program"});
  BOOST_TEST(f.code == 127);
  BOOST_TEST(f.err == "sockrig exec: cannot start /nonexistent/program: No such file or directory\n");
  BOOST_TEST(sockrig({"exec", "--", "sockrig-no-such-program"}).code == 127);
  f = sockrig({"exec", "--", "/"});
  BOOST_TEST(f.code == 126);
  BOOST_TEST(holds(f.err, "Permission denied"), f.err);
  const Folder folder;
  f = sockrig({"exec", "--", folder.program("script", "#!/nonexistent/interpreter\n")});
  BOOST_TEST(f.code == 127);
  BOOST_TEST(holds(f.err, "the interpreter that its first line or its header names is not there"), f.err);
}

BOOST_AUTO_TEST_CASE(wrong_words_exit_2_and_start_nothing) {
  const Folder folder;
  const std::vector<std::string> program{"--", "/bin/sh", "-c", ": >'" + folder.file("started") + "'"};
  const auto refused = [&](std::vector<std::string> options, const std::string& message) {
    options.insert(options.begin(), "exec");
    options.insert(options.end(), program.begin(), program.end());
    const Finished f = sockrig(options);
    BOOST_TEST(f.code == 2, message);
    BOOST_TEST(f.out == "");
    BOOST_TEST(holds(f.err, message), f.err);
  };
  refused({"--fault", "short-rcev bytes=1"}, "did you mean 'short-recv'?");
  refused({"--fault", "short-recv byts=1"}, "did you mean 'bytes'?");
  refused({"--fault", "short-recv"}, "--fault 'short-recv': ");
  refused({"--fault", "short-recv bytes=0"}, "bytes");
  refused({"--fault", "short-recv bytes=1 at=3 skip=1"}, "'at' names one call: 'skip' cannot be given with it");
  refused({"--fault", "aborted connection=1"}, "accept is on none");
  refused({"--fault", "held call=send"}, "by hand nobody would let it go");
  refused({"--fault", ""}, "--fault ''");
  refused({"--seed", "one"}, "'one' is not a number");
  refused({"--trac"}, "did you mean '--trace'?");
  BOOST_TEST(!std::filesystem::exists(folder.file("started")));
}

BOOST_AUTO_TEST_CASE(the_dashes_are_asked_for) {
  Finished f = sockrig({"exec", "true"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "sockrig exec -- true"), f.err);
  f = sockrig({"exec", "ls", "-l"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "stand after '--'"), f.err);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"exec"}, {"exec", "--"}}) {
    f = sockrig(words);
    BOOST_TEST(f.code == 2);
    BOOST_TEST(holds(f.err, "no program: write it after '--'"), f.err);
  }
}

BOOST_AUTO_TEST_CASE(a_program_without_the_shim_is_told, *needs("static_ldconfig", why_no_static_ldconfig)) {
  const std::string program = "/sbin/ldconfig";
  const Finished f = sockrig({"exec", "--fault", "short-recv bytes=1", "--", program, "--version"});
  BOOST_TEST(f.code == 0);
  BOOST_TEST(holds(f.err, "the shim did not get into /sbin/ldconfig: it is a static program"), f.err);
  BOOST_TEST(holds(f.err, "nothing was injected and nothing was seen"), f.err);
  BOOST_TEST(holds(f.err, "short-recv bytes=1: seen 0, fired 0"), f.err);
}

BOOST_AUTO_TEST_SUITE_END()

// Every command: where its words cannot be written it says so and does not claim success.
BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_exits_5) {
  for (const char* words : {"--help", "--version", "list", "list --json", "explain --file", "lint", "doctor",
                            "exec --help", "run stream/empty"}) {
    for (const char* where : {">/dev/full", ">&-"}) {
      const Finished f = Spawned({"/bin/sh", "-c", fmt::format("'{}' {} {}", built("sockrig"), words, where)}).wait();
      BOOST_TEST(f.code == 5, words << where << ": " << f.code);
      BOOST_TEST(holds(f.err, "cannot write to standard output"), words << where << ": " << f.err);
    }
  }
}

BOOST_AUTO_TEST_CASE(closed_descriptors_are_not_reused) {
  const std::string rig = built("sockrig");
  const auto shell = [](const std::string& line) { return Spawned({"/bin/sh", "-c", line}).wait(); };
  BOOST_TEST(shell("'" + rig + "' run stream/text <&- >/dev/null").code == 0);
  BOOST_TEST(shell("'" + rig + "' run stream/text >/dev/null 2>&-").code == 0);
  // A program started by hand finds them as they were: closed.
  const std::string program = "-- /bin/sh -c 'test ! -e /proc/self/fd/0; echo $?' <&-";
  BOOST_TEST(shell("'" + rig + "' exec " + program).out == "0\n");
}

}  // namespace sockrig
