// `sockrig doctor` on this machine, and on one that refuses namespaces.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "cli/machine_checks.hpp"
#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

// The line that tells of it, without its mark: "" if there is none.
std::string line_of(const std::string& text, const std::string& what, std::string& mark) {
  for (const char* m : {"ok", "--"}) {
    const std::string begin = std::string("\n") + m + "  " + what + ' ';
    const std::size_t at = text.find(begin);
    if (at == text.npos) continue;
    mark = m;
    return text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  }
  mark = "";
  return "";
}

// Inside a user namespace of our own the number of further ones can be set to none.
const std::string refuse = "echo 0 > /proc/sys/user/max_user_namespaces && ! unshare -U true 2>/dev/null";

Finished inside(const std::string& script) {
  return Spawned({"/usr/bin/unshare", "-Ur", "/bin/sh", "-c", script}).wait();
}

std::string why_not_refusable() {
  const Finished f = inside(refuse);
  return f.code == 0 ? "" : fmt::format("namespaces cannot be refused for a test here ({}; {})", f.code, f.err);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(doctor)

BOOST_AUTO_TEST_CASE(it_tells_what_this_machine_allows) {
  const Finished f = sockrig({"doctor"});
  BOOST_TEST(f.code == 0, f.out);
  BOOST_TEST(f.err == "");
  BOOST_TEST(f.out.starts_with("sockrig "));
  BOOST_TEST(holds(f.out, ", glibc "));
  BOOST_TEST(holds(f.out, "\nEverything that 'sockrig run' needs is there.\n"));
  std::string mark;
  for (const char* needed : {"scenarios", "shim", "sock_diag", "/proc/PID/syscall"}) {
    BOOST_TEST(line_of(f.out, needed, mark) != "", needed);
    BOOST_TEST(mark == "ok", needed);
  }
  for (const char* useful : {"namespaces", "ListenOverflows", "descriptors", "reference programs"})
    BOOST_TEST(line_of(f.out, useful, mark) != "", useful);
}

BOOST_AUTO_TEST_CASE(what_it_says_of_namespaces_is_what_run_finds) {
  std::string mark;
  const std::string line = line_of(sockrig({"doctor"}).out, "namespaces", mark);
  const JsonRun run = run_for_json({"stream/empty"});
  const bool used = run.report["machine"]["sandbox"] == "namespaces";
  BOOST_TEST((mark == "ok") == used, line << " / " << run.report["machine"]["sandbox"]);
}

BOOST_AUTO_TEST_CASE(refused_namespaces_come_with_the_command_that_allows_them,
                     *needs("namespaces_to_refuse", why_not_refusable)) {
  const Finished f = inside(refuse + "; exec '" + built("sockrig") + "' doctor");
  BOOST_TEST(f.code == 0, f.out << f.err);  // run works without them
  std::string mark;
  const std::string line = line_of(f.out, "namespaces", mark);
  BOOST_TEST(mark == "--", f.out);
  BOOST_TEST(holds(line, "scenarios that need a private network are skipped"), line);
  BOOST_TEST(holds(f.out, "sudo sysctl -w "), f.out);
  const Finished forced = inside(refuse + "; exec '" + built("sockrig") + "' run --sandbox namespaces stream/empty");
  BOOST_TEST(forced.code == 2);
  BOOST_TEST(holds(forced.err, "sudo sysctl -w "), forced.err);
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_named) {
  const Folder folder;
  const Finished f =
      Spawned({"/usr/bin/env", "SOCKRIG_SCENARIOS=" + folder.file("none"), built("sockrig"), "doctor"}).wait();
  BOOST_TEST(f.code == 1, f.out);
  std::string mark;
  BOOST_TEST(holds(line_of(f.out, "scenarios", mark), folder.file("none")), f.out);
  BOOST_TEST(mark == "--");
  BOOST_TEST(holds(f.out, "'sockrig run' cannot work here."));
}

BOOST_AUTO_TEST_CASE(a_shim_that_does_not_load_is_found_out) {
  const Folder folder;
  folder.write("shim.so", "this is no library");
  Paths paths;
  paths.shim = folder.file("shim.so");
  bool told = false;
  for (const Finding& finding : check_machine(paths)) {
    if (finding.what != "shim") continue;
    told = true;
    BOOST_TEST(!finding.ok);
    BOOST_TEST(finding.needed);
    BOOST_TEST(holds(finding.found, "did not get into it"), finding.found);
    BOOST_TEST(holds(finding.advice, "LD_PRELOAD=" + paths.shim), finding.advice);
  }
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(words_are_refused) {
  const Finished f = sockrig({"doctor", "who"});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(holds(f.err, "unexpected 'who'"), f.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
