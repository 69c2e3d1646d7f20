// The shim in programs with threads and children, its bookkeeping, and calls that fail: against the real kernel.
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <numeric>

#include "shim/shim_rig_for_tests.hpp"

BOOST_DATA_TEST_CASE(threads, data::make(programs), program) {
  Region region;
  region->trace_all = 0;
  wire::Rule& receiving = region.add(Verb::clamp, Family::recv);
  wire::Rule& sending = region.add(Verb::clamp, Family::send);
  sending.handler = Handler::given;
  receiving.size = sending.size = Size::random_part;
  receiving.one_in = sending.one_in = 2;
  const Ran ran = region.run(program, {"threads"});
  BOOST_TEST(ran.output == "moved\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(region.totals().sent == 4u * 50 * 1000);
  BOOST_TEST(region.totals().received == 4u * 50 * 1000);
  BOOST_TEST(region.totals().closed == 12u);
  BOOST_TEST((receiving.fired.load() > 50 && sending.fired.load() > 50));
}

BOOST_DATA_TEST_CASE(forks, data::make(programs), program) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 200;
  const Ran ran = region.run(program, {"fork"});
  BOOST_TEST(ran.output.ends_with("parent done\n"));
  BOOST_TEST(region->process_count.load() == 2u);
  BOOST_TEST(region->processes[0].key == 1u);
  BOOST_TEST(region->processes[1].key == static_cast<std::uint32_t>(wire::mix(std::uint64_t{1} << 32)));
  BOOST_TEST(region->processes[1].parent == region->processes[0].pid.load());
  BOOST_TEST(region.totals().sent == 2000u);
  BOOST_TEST(region.totals().received == 2000u);
  BOOST_TEST(region.totals().ends == 1u);
}

BOOST_DATA_TEST_CASE(an_empty_environment_is_mended,
                     data::make({"execve", "execle", "execl", "execvp", "spawn", "vfork"}), how) {
  for (const char* program : programs) {
    Region region;
    wire::Rule& rule = region.add(Verb::clamp, Family::recv);
    rule.size = Size::fixed;
    rule.bytes = 100;
    BOOST_TEST_CONTEXT(program) {
      const Ran ran = region.run(program, {"start", how});
      BOOST_TEST(ran.output == "100 100 100 100 100 100 100 100 100 100 received\n");
      BOOST_TEST(ran.ended_well());
      BOOST_TEST(region->process_count.load() == 2u);
      BOOST_TEST(region->processes[1].key != 1u);
      BOOST_TEST(region.count(how == string("spawn") ? Call::posix_spawn : Call::exec) == 1);
    }
  }
}

BOOST_DATA_TEST_CASE(a_number_closed_twice_is_counted_and_a_sweep_is_not,
                     data::make({"once", "twice", "upwards", "downwards"}) ^ data::make({0, 3, 0, 0}), how, times) {
  Region region;
  BOOST_TEST(region.run("closes", {how}).ended_well());
  BOOST_TEST(region.totals().closed == 20u);
  BOOST_TEST(region->closed_twice.load() == times);
}

BOOST_AUTO_TEST_CASE(an_inherited_socket_is_recognised) {
  Region region;
  const Ran ran = region.run("probe", {"inherit"});
  BOOST_TEST(ran.output == "300 300 300 100 received\n");
  BOOST_TEST(region->socket_count.load() == 3u);  // listener, client, connection: no fourth for descriptor 0
  BOOST_TEST(region->sockets[2].received.load() == 1000u);
  BOOST_TEST(region->sockets[2].remote_port == region->sockets[1].local_port);
}

BOOST_DATA_TEST_CASE(closing_everything, data::make({"range", "from", "loop"}), how) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 100;
  BOOST_TEST(region.run("probe", {"close-all", how}).output == "100 100 100 100 100 100 100 100 100 100 received\n");
  BOOST_TEST(rule.fired.load() == 9u);         // not of the last byte
  BOOST_TEST(region.count(Call::close) == 3);  // numbers that were never a socket's make no events
}

BOOST_AUTO_TEST_CASE(what_is_known_of_a_socket) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::listen);
  rule.backlog = 1;
  BOOST_TEST(region.run("probe", {"setup"}).output == "double -1\n");
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(region->socket_count.load() == 2u);
  const wire::Socket &first = region->sockets[0], &second = region->sockets[1];
  BOOST_TEST(first.flags.load() ==
             (wire::socket_listener | wire::socket_bound | wire::socket_non_blocking | wire::socket_reuse_before_bind));
  BOOST_TEST(second.flags.load() == (wire::socket_bound | wire::socket_non_blocking | wire::socket_reuse_after_bind |
                                     wire::socket_no_delay | wire::socket_closed));
  BOOST_TEST((first.local_port != 0 && first.birth == 0 && second.birth == 1));
  BOOST_TEST(region.count(Call::getaddrinfo) == 1);
  BOOST_TEST(region.count(Call::freeaddrinfo) == 1);
  const wire::Event& last_close = *region.events().at(region.events().size() - 3);
  BOOST_TEST((last_close.call == Call::close && last_close.result == -1 && last_close.error == EBADF));
}

BOOST_AUTO_TEST_CASE(failures) {
  struct Case {
    const char* call;
    Verb verb;
    Family family;
    int error;
    const char* output;
  };
  const Case cases[] = {
      {"socket", Verb::fail_before, Family::socket, ENOBUFS, "ENOBUFS handled 0\n"},
      {"socket", Verb::fail_after, Family::socket, EMFILE, "EMFILE handled 0\n"},
      {"accept", Verb::fail_before, Family::accept, EMFILE, "EMFILE handled 0\n0 handled 0\n"},
      {"accept", Verb::fail_after, Family::accept, ECONNABORTED, "ECONNABORTED handled 0\nEAGAIN handled 0\n"},
      {"close", Verb::fail_before, Family::close, EIO, "EIO handled 0\n"},
      {"resolve", Verb::fail_before, Family::resolve, -3, "0\n-3\n"},
      // A socket whose attempt failed stays of no use, though the rule may fire but once; the next one is all right.
      {"connect", Verb::fail_before, Family::connect, ETIMEDOUT,
       "ETIMEDOUT handled 0\nETIMEDOUT handled 0\n0 handled 0\n"},
      {"fork", Verb::fail_before, Family::process, EAGAIN, "EAGAIN handled 0\n"},
  };
  for (const Case& c : cases) {
    Region region;
    wire::Rule& rule = region.add(c.verb, c.family);
    rule.error = c.error;
    rule.limit = 1;
    BOOST_TEST_CONTEXT(c.call) {
      BOOST_TEST(region.run("probe", {"fail", c.call}).output == c.output);
      BOOST_TEST(rule.fired.load() == 1u);
    }
  }
}

// Against the real kernel: where it is not licensed the program gets what the kernel has for it.
BOOST_AUTO_TEST_CASE(a_call_fails_only_where_it_may) {
  constexpr auto fires = Withheld::count;
  struct Case {
    const char *call, *how;
    int error;
    Withheld why;
    const char* output;
  };
  const Case cases[] = {
      {"recv", "non-blocking", EAGAIN, fires, "EAGAIN\n7\n"},
      {"recv", "edge", EAGAIN, fires, "EAGAIN\n7\n"},
      {"recv", "blocking", EAGAIN, Withheld::blocking, "7\n7\n"},
      {"recv", "nothing", EAGAIN, Withheld::not_ready, "EAGAIN\nEAGAIN\n"},
      {"recv", "fin", EAGAIN, Withheld::end_queued, "7\n0\n"},
      {"recv", "peek", EAGAIN, Withheld::peek, "7\n7\n"},
      {"recv", "signal", EAGAIN, Withheld::edge_triggered, "7\nEAGAIN\n"},
      {"send", "non-blocking", EAGAIN, fires, "EAGAIN\n100\n"},
      {"send", "edge", EAGAIN, fires, "EAGAIN\n100\n"},
      {"send", "blocking", EAGAIN, Withheld::blocking, "100\n100\n"},
      {"send", "blocking", ENOBUFS, fires, "ENOBUFS\n100\n"},
      {"accept", "reset", ECONNABORTED, fires, "ECONNABORTED\n0\nEAGAIN\n"},
      {"accept", "alive", ECONNABORTED, Withheld::alive, "0\n0\nEAGAIN\n"},
  };
  for (const Case& c : cases) {
    Region region;
    const bool takes = c.call == string("accept");
    wire::Rule& rule =
        region.add(takes ? Verb::fail_after : Verb::fail_before, takes                      ? Family::accept
                                                                 : c.call == string("recv") ? Family::recv
                                                                                            : Family::send);
    rule.error = c.error;
    rule.limit = 1;
    rule.only_gone = takes ? 1 : 0;
    BOOST_TEST_CONTEXT(c.call << " " << c.how << " " << c.error) {
      BOOST_TEST(region.run("failing", {c.call, c.how}).output == c.output);
      BOOST_TEST(rule.fired.load() == (c.why == fires ? 1u : 0u));
      if (c.why != fires) BOOST_TEST(rule.withheld[static_cast<std::size_t>(c.why)].load() > 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(names_are_told_in_the_order_of_the_region) {
  Region region;
  wire::Names& names = region->names;
  std::strcpy(names.hosts[0].name, "other.test");
  std::strcpy(names.hosts[1].name, "two.test");
  names.hosts[0].addresses[0] = {4, {10, 0, 0, 1}};
  names.hosts[1].addresses[0] = {4, {127, 0, 0, 3}};
  names.hosts[1].addresses[1] = {6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
  names.hosts[1].addresses[2] = {4, {127, 0, 0, 2}};
  std::strcpy(names.service, "rig-echo");
  names.port = 65001;
  BOOST_TEST(region.run("probe-names", {"new", "two.test", "rig-echo"}).output ==
             "127.0.0.3:65001 ::1:65001 127.0.0.2:65001 \n");
  BOOST_TEST(region.run("probe-names", {"new", "TWO.test", "80", "4"}).output == "127.0.0.3:80 127.0.0.2:80 \n");
  BOOST_TEST(region.run("probe-names", {"new", "127.0.0.9", "rig-echo"}).output == "127.0.0.9:65001 \n");
  BOOST_TEST(names.asked.load() == 3u);
  BOOST_TEST(region.run("probe-names", {"new", "127.0.0.9", "7"}).output == "127.0.0.9:7 \n");
  BOOST_TEST(region.run("probe-names", {"new", "127.0.0.9", "rig-ech"}).output == "error -8\n");
  BOOST_TEST(region.run("probe-names", {"new", "other.test", "80", "6"}).output ==
             "error -2\n");  // it has no such address
  BOOST_TEST(names.asked.load() == 4u);
  BOOST_TEST(region.run("probe-names", {"old", "two.test", "rig-echo"}).output == "127.0.0.3 127.0.0.2 65001\n");
  BOOST_TEST(region.run("probe-names", {"old", "127.0.0.9", "no-such-service"}).output == "127.0.0.9 -1\n");
  BOOST_TEST(names.asked.load() == 6u);
}

BOOST_AUTO_TEST_CASE(the_overflow_check_is_kept) {
  Region region;
  region.add(Verb::clamp, Family::recv).size = Size::half;
  BOOST_TEST(region.run("probe-fortified", {"overflow", "16"}).output == "8\n");
  const Ran ran = region.run("probe-fortified", {"overflow", "17"});
  BOOST_TEST((WIFSIGNALED(ran.status) && WTERMSIG(ran.status) == SIGABRT));
}

BOOST_AUTO_TEST_CASE(delay_fires_and_changes_nothing) {
  Region region;
  wire::Rule& rule = region.add(Verb::delay, Family::recv);
  rule.longest_us = 50;
  BOOST_TEST(region.run("probe", {"receive", "recv"}).output == "300 300 300 100 received\n");
  BOOST_TEST(rule.fired.load() == 4u);
}

BOOST_AUTO_TEST_CASE(a_full_ring_is_counted_not_waited_for) {
  Region region;
  region->head = wire::ring_size - 3;  // three more fit
  BOOST_TEST(region.run("probe", {"receive", "recv"}).ended_well());
  BOOST_TEST(region->head.load() == wire::ring_size);
  BOOST_TEST(region->dropped.load() > 0u);
  BOOST_TEST(region.totals().received == 1000u);
}

BOOST_AUTO_TEST_CASE(plain_transfers_make_no_events_once_the_ring_is_half_full) {
  const auto kept_from = [](std::uint64_t head) {
    Region region;
    region->trace_all = 0;
    region->head = head;
    BOOST_TEST(region.run("probe", {"receive", "recv"}).ended_well());
    BOOST_TEST(region.totals().received == 1000u);
    int moved = 0, accepts = 0;
    for (std::uint64_t i = head; i < region->head.load(); ++i) {
      const Call call = region->ring[i].call;
      moved += call == Call::recv || call == Call::send;
      accepts += call == Call::accept;
    }
    BOOST_TEST(accepts == 1);
    return moved;
  };
  BOOST_TEST(kept_from(0) == 5);
  BOOST_TEST(kept_from(wire::ring_size / 2 + 1) == 0);
}

BOOST_AUTO_TEST_CASE(a_wrong_region_leaves_the_program_alone) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::half;
  region->version = wire::version + 1;
  BOOST_TEST(region.run("probe", {"receive", "recv"}).output == "300 300 300 100 received\n");
  BOOST_TEST(region->process_count.load() == 0u);
  BOOST_TEST(rule.seen.load() == 0u);
}

BOOST_AUTO_TEST_CASE(needs_only_libc) {
  string needed;
  FILE* pipe = ::popen("readelf -d " SHIM_LIBRARY, "r");
  BOOST_REQUIRE(pipe != nullptr);
  char line[512];
  while (std::fgets(line, sizeof line, pipe))
    if (string(line).find("(NEEDED)") != string::npos) needed += line;
  ::pclose(pipe);
  BOOST_TEST(needed.find("libc.so.6") != string::npos);
  BOOST_TEST(needed.find('\n') == needed.size() - 1);  // one line only
}
