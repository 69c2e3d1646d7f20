// From a call to its source line: what the shim writes down of the caller, and what the debug information makes of it.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "needs_for_tests.hpp"
#include "run/region.hpp"
#include "run/source_lines.hpp"

namespace data = boost::unit_test::data;

namespace sockrig {
namespace {

// The program's output, after running under the shim.
std::string run_with(const Region& region, const std::string& program) {
  std::string command = "env";
  for (const std::string& setting : shim_environment(SHIM_LIBRARY, region)) command += " '" + setting + "'";
  FILE* pipe = ::popen((command + " " + program).c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string out;
  for (int c; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  BOOST_TEST(::pclose(pipe) == 0);
  return out;
}

std::string why_no_addr2line() {
  return ::access("/usr/bin/eu-addr2line", X_OK) == 0 ? "" : "there is no eu-addr2line";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(places)

BOOST_DATA_TEST_CASE(a_call_is_traced_to_its_image, data::make({"located", "located-fixed"}), name) {
  Region region({}, 1, true);
  const std::string program = std::string(SHIM_PROGRAMS) + "/" + name;
  run_with(region, program);
  const std::vector<CallEvent> events = region.drain();
  BOOST_TEST(events.size() >= 6u);
  for (const CallEvent& e : events) {
    BOOST_TEST(region.image_path(e.image) == program);
    BOOST_TEST(e.caller != 0u, wire::name_of(e.call));
  }
}

BOOST_TEST_DECORATOR(*needs("eu_addr2line", why_no_addr2line))
BOOST_DATA_TEST_CASE(a_call_is_traced_to_its_source_line, data::make({"located", "located-fixed"}), name) {
  Region region({}, 1, true);
  const std::string program = std::string(SHIM_PROGRAMS) + "/" + name;
  std::istringstream lines(run_with(region, program));
  std::map<std::string, std::string> wanted;
  for (std::string call, line; lines >> call >> line;) wanted[call] = "located.c:" + line;
  BOOST_REQUIRE(wanted.size() == 6u);

  const std::vector<CallEvent> events = region.drain();
  std::vector<std::uint32_t> callers;
  for (const CallEvent& e : events) callers.push_back(e.caller);
  const std::vector<std::string> found = source_lines(program, callers);
  BOOST_REQUIRE(found.size() == events.size());
  std::size_t compared = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto line = wanted.find(wire::name_of(events[i].call));
    if (line == wanted.end()) continue;
    BOOST_TEST(found[i] == line->second);
    ++compared;
  }
  BOOST_TEST(compared == wanted.size());
}

// The kernel does not show when SIGALRM is due (ITIMER_REAL); without this every program that catches it would seem to
// have a timer.
BOOST_AUTO_TEST_CASE(what_is_asked_of_the_alarm_clock_is_written_down) {
  const std::map<std::string, std::pair<bool, bool>> ways{
      // within 100 s, within 10 s
      {"none", {false, false}},      {"alarm", {true, false}},      {"far", {false, false}},
      {"cancelled", {false, false}}, {"timer", {true, false}},      {"interval", {true, true}},
      {"disarmed", {false, false}},  {"processor", {false, false}}, {"exec", {true, false}}};
  for (const auto& [way, rings] : ways) {
    Region region({}, 1, true);
    run_with(region, std::string(SHIM_PROGRAMS) + "/alarms " + way);
    const std::size_t last = region.memory().process_count.load();
    BOOST_REQUIRE(last > 0u);
    const std::int32_t pid = region.memory().processes[last - 1].pid.load();
    BOOST_TEST(region.may_ring(pid, 100) == rings.first, way);
    BOOST_TEST(region.may_ring(pid, 10) == rings.second, way);
    BOOST_TEST(region.may_ring(0x7fffffff, 10), "a process without the shim may have one");
  }
}

// /proc/PID/timers lists a POSIX timer whether it is armed or not, and run-times keep one that they disarm.
BOOST_AUTO_TEST_CASE(timers_that_are_off_are_written_down) {
  const std::map<std::string, std::uint64_t> ways{{"none", 0}, {"posix", 2}, {"posix-armed", 1}, {"posix-deleted", 1}};
  for (const auto& [way, off] : ways) {
    Region region({}, 1, true);
    run_with(region, std::string(SHIM_PROGRAMS) + "/alarms " + way);
    const std::size_t last = region.memory().process_count.load();
    BOOST_REQUIRE(last > 0u);
    BOOST_TEST(region.timers_off(region.memory().processes[last - 1].pid.load()) == off, way);
    BOOST_TEST(region.timers_off(0x7fffffff) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(files_that_are_no_programs_tell_nothing) {
  const std::string folder = "/tmp/sockrig-places-test-" + std::to_string(::getpid());
  BOOST_REQUIRE(::mkdir(folder.c_str(), 0700) == 0);
  const std::string pipe = folder + "/pipe", broken = folder + "/broken", header = folder + "/header";
  ::mkfifo(pipe.c_str(), 0600);
  std::ofstream(broken) << std::string(5000, '\xff');
  std::ofstream(header) << "\x7f"
                           "ELF\x02\x01\x01" +
                               std::string(9, '\0') + std::string(5000, '\x7f');
  for (const std::string& file : {pipe, broken, header, folder, folder + "/nothing", std::string("/dev/zero"),
                                  std::string("relative"), std::string()})
    BOOST_TEST((source_lines(file, {0x1000, 0x2000}) == std::vector<std::string>(2)), file);
  BOOST_TEST(source_lines(folder, {}).empty());
  for (const std::string& file : {pipe, broken, header}) ::unlink(file.c_str());
  ::rmdir(folder.c_str());
}

BOOST_AUTO_TEST_CASE(what_is_printed_is_read_line_by_line) {
  const std::string printed =
      "0x0000000000001234\n/usr/include/x86_64-linux-gnu/bits/socket2.h:38\n/home/a/my server.cpp:42 (discriminator "
      "3)\n"
      "0x0000000000001240\n??:0\n"
      "0x0000000000001250\nserver.cpp:0\n"
      "0x0000000000001260\n/home/a/socket.cpp:7:12\n (inlined by) /home/a/main.cpp:9\n"
      "0x0000000000001270\nmain.cpp:99\n";
  const std::vector<std::string> found = parse_source_lines(printed, 4);
  BOOST_TEST((found == std::vector<std::string>{"my server.cpp:42", "", "", "socket.cpp:7"}));
  BOOST_TEST((parse_source_lines("", 2) == std::vector<std::string>(2)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
