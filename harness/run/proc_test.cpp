#include "run/proc.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "run/child_for_tests.hpp"

namespace sockrig {

BOOST_AUTO_TEST_SUITE(proc)

BOOST_AUTO_TEST_CASE(what_is_not_there_reads_as_nothing) {
  BOOST_TEST(read_file("/proc/nothing") == "");
  Child child([] {});
  child.end();
  BOOST_TEST((!process_state(child.pid()).has_value()));
  BOOST_TEST(open_descriptors(child.pid()).empty());
  BOOST_TEST(descendants(child.pid()).empty());
  BOOST_TEST(cpu_seconds(child.pid()) == 0);
  BOOST_TEST(resident_bytes(child.pid()) == 0u);
}

BOOST_AUTO_TEST_CASE(a_zombie_is_no_process) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  siginfo_t info;
  ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  BOOST_TEST((!process_state(pid).has_value()));
  ::waitpid(pid, nullptr, 0);
}

BOOST_AUTO_TEST_CASE(descendants_are_found_parents_first) {
  const Child child([] {
    for (int i = 0; i < 2; ++i) {
      if (::fork() == 0) {
        if (::fork() == 0) pause_for_ever();
        pause_for_ever();
      }
    }
    pause_for_ever();
  });
  std::vector<pid_t> found;
  until([&] { return (found = descendants(child.pid())).size() == 4; });
  BOOST_REQUIRE(found.size() == 4u);
  const auto parent_of = [](pid_t pid) {
    const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    return static_cast<pid_t>(std::atoi(stat.c_str() + stat.rfind(')') + 4));
  };
  for (auto p = found.begin(); p != found.end(); ++p) {
    const pid_t parent = parent_of(*p);
    BOOST_TEST((parent == child.pid() || std::find(found.begin(), p, parent) != p));
  }
}

BOOST_AUTO_TEST_CASE(descriptors_are_listed_with_what_they_are) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const std::vector<OpenDescriptor> open = open_descriptors(::getpid());
  const auto found = std::ranges::find(open, ends[1], &OpenDescriptor::fd);
  BOOST_REQUIRE((found != open.end()));
  BOOST_TEST(found->target.starts_with("pipe:["));
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(the_call_of_a_waiting_process_is_read_with_its_arguments) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const Child child([&] {
    char c;
    (void)!::read(ends[0], &c, 1);
  });
  std::optional<ProcessState> state;
  until([&] {
    return (state = process_state(child.pid())) && state->threads[0].state == 'S' && state->threads[0].call >= 0;
  });
  BOOST_REQUIRE(state.has_value());
  BOOST_TEST(state->threads[0].call == SYS_read);
  BOOST_TEST(static_cast<int>(state->threads[0].arguments[0]) == ends[0]);
  BOOST_TEST(state->threads[0].arguments[2] == 1u);
  BOOST_TEST((*process_state(child.pid()) == *state), "nothing changes while it waits");
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(caught_signals_are_read) {
  const Child child([] {
    ::signal(SIGALRM, [](int) {});
    ::signal(SIGUSR2, SIG_IGN);
    pause_for_ever();
  });
  until([&] {
    const auto state = process_state(child.pid());
    return state && (state->caught >> (SIGALRM - 1) & 1) != 0;
  });
  until([&] { return process_state(child.pid())->threads[0].state == 'S'; });
  BOOST_TEST((process_state(child.pid())->caught >> (SIGUSR2 - 1) & 1) == 0u);
}

BOOST_AUTO_TEST_CASE(memory_and_processor_time_are_seen) {
  const Child child([] {
    constexpr std::size_t size = 64 << 20;
    void* const memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    ::munmap(memory, size);
    work_for_ever();
  });
  until([&] { return cpu_seconds(child.pid()) > 0.1; });
  BOOST_TEST(cpu_seconds(child.pid()) > 0.1);
  BOOST_TEST(peak_resident_bytes(child.pid()) >= std::uint64_t{64} << 20);
  BOOST_TEST(resident_bytes(child.pid()) < peak_resident_bytes(child.pid()));
  BOOST_TEST(resident_bytes(child.pid()) > 0u);
}

BOOST_AUTO_TEST_CASE(counters_of_the_network_are_read_by_name) {
  BOOST_TEST(network_counter("ListenOverflows").has_value());
  BOOST_TEST(network_counter("ListenDrops").has_value());
  BOOST_TEST(!network_counter("NoSuchCounter").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
