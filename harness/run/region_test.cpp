#include "run/region.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sockrig {
namespace {

// What the shim does, from the other end of the region.
wire::Region& writable(const Region& region) {
  return const_cast<wire::Region&>(region.memory());
}

wire::Event& claim(wire::Region& memory, std::uint64_t& sequence) {
  const std::uint64_t index = memory.head.fetch_add(1);
  sequence = index + 1;
  return memory.ring[index % wire::ring_size];
}

void write_event(wire::Region& memory, std::int64_t result) {
  std::uint64_t sequence = 0;
  wire::Event& e = claim(memory, sequence);
  e.call = wire::Call::recv;
  e.fd = 5;
  e.socket = 3;
  e.rules = 1;
  e.asked = 4096;
  e.result = result;
  e.sequence.store(sequence);
}

struct Variable {
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  const char* name_;
};

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(region)

BOOST_AUTO_TEST_CASE(the_file_is_private_whole_and_gone_afterwards) {
  std::string path;
  {
    const Region region({}, 1, false);
    path = region.path();
    struct stat info {};
    BOOST_REQUIRE(::stat(path.c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0777) == 0600u);
    BOOST_TEST(info.st_size == static_cast<off_t>(sizeof(wire::Region)));
    BOOST_TEST(info.st_blocks * 512 >= info.st_size, "memory must be there before anybody touches it");
  }
  BOOST_TEST(::access(path.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(old_files_of_dead_runners_are_removed_and_no_others) {
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  BOOST_REQUIRE(::waitpid(dead, nullptr, 0) == dead);
  const auto make = [](const std::string& name, std::chrono::minutes age) {
    const std::string path = "/dev/shm/sockrig-" + name;
    std::ofstream(path) << "x";
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
    return path;
  };
  using std::chrono::minutes;
  const std::string stale = make(std::to_string(dead) + "-AbCd12", minutes(20));
  const std::string young = make(std::to_string(dead) + "-AbCd13", minutes(1));
  const std::string alive = make(std::to_string(::getpid()) + "-AbCd14", minutes(20));
  const std::string other = make(std::to_string(dead) + "-AbCd15.txt", minutes(20));
  const Region region({}, 1, false);
  BOOST_TEST(!std::filesystem::exists(stale));
  for (const std::string& path : {young, alive, other}) {
    BOOST_TEST(std::filesystem::exists(path), path);
    std::filesystem::remove(path);
  }
}

BOOST_AUTO_TEST_CASE(rules_arrive_as_planned) {
  const RulePlan rules[] = {
      {.verb = wire::Verb::clamp,
       .families = wire::bit(wire::Family::recv),
       .size = wire::Size::half,
       .bytes = 7,
       .backlog = 8,
       .longest_us = 9,
       .only_gone = true},
      {.verb = wire::Verb::fail_before,
       .families = wire::bit(wire::Family::accept),
       .after_part = true,
       .error = ECONNABORTED,
       .connection = 5,
       .at = 6,
       .skip = 2,
       .one_in = 3,
       .limit = 4},
  };
  const Region region(rules, 42, true);
  const wire::Region& memory = region.memory();
  BOOST_TEST(memory.magic == wire::magic);
  BOOST_TEST(memory.version == wire::version);
  BOOST_TEST(memory.size == sizeof(wire::Region));
  BOOST_TEST(memory.seed == 42u);
  BOOST_TEST(memory.trace_all == 1u);
  BOOST_REQUIRE(memory.rule_count == 2u);
  BOOST_TEST(memory.rules[0].id == 1u);
  BOOST_TEST((memory.rules[0].size == wire::Size::half));
  BOOST_TEST(memory.rules[0].bytes == 7u);
  BOOST_TEST(memory.rules[0].backlog == 8u);
  BOOST_TEST(memory.rules[0].longest_us == 9u);
  BOOST_TEST(memory.rules[0].only_gone == 1u);
  BOOST_TEST(memory.rules[0].after_part == 0u);
  BOOST_TEST(memory.rules[1].id == 2u);
  BOOST_TEST(memory.rules[1].after_part == 1u);
  BOOST_TEST(memory.rules[1].error == ECONNABORTED);
  BOOST_TEST(memory.rules[1].connection == 5u);
  BOOST_TEST(memory.rules[1].at == 6u);
  BOOST_TEST(memory.rules[1].skip == 2u);
  BOOST_TEST(memory.rules[1].one_in == 3u);
  BOOST_TEST(memory.rules[1].limit == 4u);
  BOOST_TEST(memory.rules[1].fired.load() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_let_go) {
  Region region({}, 1, false);
  BOOST_TEST(!region.is_held());
  auto& hold = const_cast<wire::Hold&>(region.memory().hold);
  hold.pid.store(17);
  hold.state.store(wire::hold_held);
  BOOST_TEST(region.is_held());
  BOOST_TEST(region.held_process() == 17);
  region.release_held();
  BOOST_TEST(!region.is_held());
  BOOST_TEST(hold.state.load() == wire::hold_released);
}

BOOST_AUTO_TEST_CASE(too_many_rules_are_refused) {
  const std::vector<RulePlan> rules(wire::max_rules + 1);
  BOOST_CHECK_THROW(Region(rules, 1, false), std::exception);
}

BOOST_AUTO_TEST_CASE(events_come_out_once_and_oldest_first) {
  Region region({}, 1, false);
  for (int n = 1; n <= 5; ++n) write_event(writable(region), n);
  const auto two = region.drain(2);
  BOOST_REQUIRE(two.size() == 2u);
  BOOST_TEST(two[0].result == 1);
  BOOST_TEST(two[1].sequence == 2u);
  BOOST_TEST((two[1].call == wire::Call::recv));
  BOOST_TEST(region.drain().size() == 3u);
  BOOST_TEST(region.drain().empty());
}

BOOST_AUTO_TEST_CASE(the_ring_goes_round) {
  Region region({}, 1, false);
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t n = 0; n < wire::ring_size - 1; ++n) write_event(writable(region), n);
    const auto events = region.drain();
    BOOST_REQUIRE(events.size() == wire::ring_size - 1);
    BOOST_TEST(events.back().result == wire::ring_size - 2);
  }
  BOOST_TEST(region.memory().dropped.load() == 0u);
}

BOOST_AUTO_TEST_CASE(a_writer_that_died_in_the_middle_blocks_nobody) {
  Region region({}, 1, false);
  write_event(writable(region), 1);
  std::uint64_t sequence = 0;
  claim(writable(region), sequence);  // and never finishes
  write_event(writable(region), 3);
  const auto events = region.drain();
  BOOST_REQUIRE(events.size() == 2u);
  BOOST_TEST(events[1].result == 3);
  BOOST_TEST(region.memory().dropped.load() == 1u);
}

BOOST_AUTO_TEST_CASE(nonsense_in_the_memory_is_brought_into_range) {
  Region region({}, 1, false);
  std::uint64_t sequence = 0;
  wire::Event& e = claim(writable(region), sequence);
  e.call = static_cast<wire::Call>(60000);
  e.socket = 1 << 30;
  e.withheld = 200;
  e.connection = 4000000000u;
  e.sequence.store(sequence);
  const auto events = region.drain();
  BOOST_REQUIRE(events.size() == 1u);
  BOOST_TEST((events[0].call == wire::Call::count));
  BOOST_TEST(events[0].socket == -1);
  BOOST_TEST(events[0].connection == 0u);
  BOOST_TEST((events[0].withheld == wire::Withheld::count));
}

BOOST_AUTO_TEST_CASE(a_forged_head_ends) {
  Region region({}, 1, false);
  writable(region).head.store(UINT64_MAX);
  BOOST_TEST(region.drain().empty());
  writable(region).head.store(0);  // and one that goes backwards
  BOOST_TEST(region.drain().empty());
}

BOOST_AUTO_TEST_CASE(a_process_is_attached_once_it_said_so) {
  const Region region({}, 1, false);
  BOOST_TEST(!region.attached(1234));
  BOOST_TEST(!region.attached(0));
  writable(region).processes[7].pid.store(1234);
  BOOST_TEST(region.attached(1234));
}

BOOST_AUTO_TEST_CASE(what_is_preloaded_already_stays) {
  const Region region({}, 1, false);
  {
    const Variable preload("LD_PRELOAD", "/x/other.so"), asan("ASAN_OPTIONS", "detect_leaks=0");
    const auto environment = shim_environment("/y/shim.so", region);
    BOOST_TEST(has(environment, "LD_PRELOAD=/y/shim.so:/x/other.so"));
    BOOST_TEST(has(environment, "ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0"));
    BOOST_TEST(has(environment, "SOCKRIG_REGION=" + region.path()));
  }
  const auto environment = shim_environment("/y/shim.so", region);
  BOOST_TEST(has(environment, "LD_PRELOAD=/y/shim.so"));
  BOOST_TEST(has(environment, "ASAN_OPTIONS=verify_asan_link_order=0"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
