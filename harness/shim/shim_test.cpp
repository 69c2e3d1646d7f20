// Runs small programs under the shim and compares what they saw with what the region says.
#define BOOST_TEST_MODULE shim
#include "shim/shim_rig_for_tests.hpp"

#include <map>
#include <numeric>

BOOST_DATA_TEST_CASE(short_receive, data::make(programs) * data::make(receives), program, call) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 100;
  const Ran ran = region.run(program, {"receive", call});
  BOOST_TEST(ran.output == "100 100 100 100 100 100 100 100 100 100 received\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(rule.fired.load() == 9u);  // the tenth byte is the last one there: nothing smaller could be handed out
  BOOST_TEST(region.totals().received == 1000u);
  BOOST_TEST(region.totals().sent == 1000u);
  BOOST_TEST(region->process_count.load() == 1u);
  BOOST_TEST(region->dropped.load() == 0u);
}

BOOST_DATA_TEST_CASE(short_send, data::make(programs) * data::make(sends), program, call) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::send);
  rule.handler = Handler::given;
  rule.size = Size::half;
  const Ran ran = region.run(program, {"send", call});
  BOOST_TEST(ran.output == "500 250 125 62 31 16 8 4 2 1 1 sent\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(rule.fired.load() == 10u);
  BOOST_TEST(withheld(rule, Withheld::too_small) == 1u);
  BOOST_TEST(region.totals().sent == 1000u);
  BOOST_TEST(region.totals().received == 1000u);
}

BOOST_AUTO_TEST_CASE(a_library_that_is_bound_to_its_own_dependencies_first_is_seen) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 100;
  BOOST_TEST(region.run("corners", {"deep"}).output == "100 100 100 100 100 100 100 100 100 100 received\n");
  BOOST_TEST(rule.fired.load() >= 9u);
  BOOST_TEST(region.totals().received == 1000u);
}

BOOST_DATA_TEST_CASE(a_greedy_send_is_cut_by_what_there_is, data::make({"sendfile", "sendfile-position", "splice"}),
                     call) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::send);
  rule.handler = Handler::given;
  rule.size = Size::half;
  BOOST_TEST(region.run("corners", {call}).output == "500 250 125 62 31 16 8 4 2 1 1 sent\n");
  BOOST_TEST(rule.fired.load() == 10u);
  BOOST_TEST(withheld(rule, Withheld::too_small) == 1u);
  BOOST_TEST(region.totals().sent == 1000u);
}

BOOST_DATA_TEST_CASE(a_cut_that_the_kernel_might_make_itself, data::make({"", "nonblock", "handler", "timeout"}), how) {
  for (const Handler handler : {Handler::own, Handler::given}) {
    Region region;
    wire::Rule& rule = region.add(Verb::clamp, Family::send);
    rule.size = Size::half;
    rule.handler = handler;
    const bool might = how != string(""), cut = might || handler == Handler::given;
    BOOST_TEST(region.run("probe", {"send", "send", how}).output.starts_with(cut ? "500 250 " : "1000 sent"));
    BOOST_TEST((rule.fired_own.load() > 0) == might);
    BOOST_TEST(withheld(rule, Withheld::no_handler) == (cut ? 0u : 1u));
  }
}

BOOST_DATA_TEST_CASE(edges_that_cannot_all_be_given_back, data::make({"edges", "edges-before-exec"}), how) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 7;
  BOOST_TEST(region.run("corners", {how}).output == "300 300 300 100 received\n");
  BOOST_TEST(rule.fired.load() == 0u);
  BOOST_TEST(withheld(rule, Withheld::edge_triggered) == 4u);
}

BOOST_AUTO_TEST_CASE(same_seed_same_run) {
  const auto run = [](std::uint64_t seed) {
    Region region;
    region->seed = seed;
    wire::Rule& rule = region.add(Verb::clamp, Family::recv);
    rule.size = Size::random_part;
    rule.one_in = 2;
    return region.run("probe", {"receive", "recv"}).output;
  };
  const string first = run(1);
  BOOST_TEST(first.ends_with("received\n"));
  BOOST_TEST(first == run(1));
  BOOST_TEST(first != run(2));
  for (const int n : numbers(first)) BOOST_TEST((n >= 1 && n <= 300));
}

BOOST_AUTO_TEST_CASE(skip_and_limit) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 50;
  rule.skip = 1;
  rule.limit = 2;
  BOOST_TEST(region.run("probe", {"receive", "recv"}).output == "300 50 50 300 300 received\n");
  BOOST_TEST(rule.seen.load() == 5u);
  BOOST_TEST(rule.fired.load() == 2u);
}

BOOST_AUTO_TEST_CASE(what_forbids_a_short_receive) {
  const std::map<string, std::pair<int, Withheld>> cases = {
      {"waitall", {100, Withheld::wait_all}},     {"peek", {100, Withheld::peek}},
      {"lowat", {100, Withheld::low_water}},      {"fin", {100, Withheld::end_queued}},
      {"one", {1, Withheld::too_small}},          {"none", {0, Withheld::too_small}},
      {"async", {100, Withheld::edge_triggered}},
  };
  for (const auto& [name, expected] : cases) {
    Region region;
    wire::Rule& rule = region.add(Verb::clamp, Family::recv);
    rule.size = Size::fixed;
    rule.bytes = 7;
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(numbers(region.run("probe", {"condition", name}).output).at(0) == expected.first);
      BOOST_TEST(rule.fired.load() == 0u);
      BOOST_TEST(withheld(rule, expected.second) == 1u);
      BOOST_TEST(region.count(Call::recv, wire::event_withheld) == 1);
    }
  }
}

BOOST_DATA_TEST_CASE(other_descriptors_are_left_alone, data::make({"unix", "pipe"}), what) {
  Region region;
  region.add(Verb::clamp, Family::recv).size = Size::all_but_one;
  region.add(Verb::clamp, Family::send).size = Size::all_but_one;
  BOOST_TEST(region.run("probe", {"condition", what}).output == "100\n");
  BOOST_TEST(region.count(Call::recv) + region.count(Call::read) + region.count(Call::write) == 0);
}

BOOST_DATA_TEST_CASE(edge_triggered_readers_lose_nothing, data::make({"edge", "oneshot"}), how) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.bytes = 33;
  wire::Rule& sending = region.add(Verb::clamp, Family::send);
  sending.size = Size::half;
  sending.skip = 1;
  BOOST_TEST(region.run("probe", {"edge", how}).output == "total 3000\nsent 100\n");
  BOOST_TEST(rule.fired.load() == 90u);
  BOOST_TEST(withheld(sending, Withheld::edge_triggered) == 1u);
}

BOOST_DATA_TEST_CASE(interrupted_transfer, data::make(programs) * data::make(transfers), program, call) {
  Region region;
  const Family family = call == string("recv") ? Family::recv : call == string("send") ? Family::send : Family::accept;
  wire::Rule& rule = region.add(Verb::interrupt, family);
  BOOST_TEST(region.run(program, {"interrupt", call, "plain"}).output == "EINTR handled 1\n");
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(rule.fired_own.load() == 1u);
}

BOOST_DATA_TEST_CASE(interrupted_wait, data::make(programs) * data::make(waits) * data::make({"plain", "restart"}),
                     program, call, handler) {
  Region region;
  wire::Rule& rule = region.add(Verb::interrupt, Family::wait);
  BOOST_TEST(region.run(program, {"interrupt", call, handler}).output == "EINTR handled 1\n");
  BOOST_TEST(rule.fired_own.load() == 1u);
}

BOOST_AUTO_TEST_CASE(what_forbids_an_interrupt) {
  struct Case {
    Family family;
    const char *call, *handler, *output;
    Withheld why;
  };
  const Case cases[] = {
      {Family::recv, "recv", "none", "1 handled 0\n", Withheld::no_handler},
      {Family::recv, "recv", "restart", "1 handled 0\n", Withheld::restarts},
      {Family::recv, "recv", "blocked", "1 handled 0\n", Withheld::signal_blocked},
      {Family::recv, "recv-ready", "plain", "1 handled 0\n", Withheld::ready},
      {Family::recv, "recv-lowat", "plain", "1 handled 0\n", Withheld::ready},
      {Family::recv, "recv-nonblock", "plain", "EAGAIN handled 0\n", Withheld::non_blocking},
      {Family::accept, "accept", "restart", "0 handled 0\n", Withheld::restarts},
      {Family::accept, "accept-nonblock", "plain", "EAGAIN handled 0\n", Withheld::non_blocking},
      {Family::send, "send", "none", "1 handled 0\n", Withheld::no_handler},
      {Family::wait, "poll", "none", "1 handled 0\n", Withheld::no_handler},
      {Family::wait, "epoll_wait", "blocked", "1 handled 0\n", Withheld::signal_blocked},
  };
  for (const Case& c : cases) {
    Region region;
    wire::Rule& rule = region.add(Verb::interrupt, c.family);
    BOOST_TEST_CONTEXT(c.call << " with handler " << c.handler) {
      BOOST_TEST(region.run("probe", {"interrupt", c.call, c.handler}).output == c.output);
      BOOST_TEST(rule.fired.load() == 0u);
      BOOST_TEST(withheld(rule, c.why) == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_is_not_restarted) {
  Region region;
  wire::Rule& rule = region.add(Verb::interrupt, Family::recv);
  BOOST_TEST(region.run("probe", {"interrupt", "recv-timeout", "restart"}).output == "EINTR handled 1\n");
  BOOST_TEST(rule.fired_own.load() == 1u);
}

BOOST_DATA_TEST_CASE(a_given_handler, data::make({"recv", "accept", "poll"}) * data::make({"none", "restart"}), call,
                     handler) {
  Region region;
  const bool waits_only = call == string("poll");
  wire::Rule& rule = region.add(Verb::interrupt, waits_only               ? Family::wait
                                                 : call == string("recv") ? Family::recv
                                                                          : Family::accept);
  rule.handler = Handler::given;
  const bool uses_own = waits_only && handler == string("restart");
  BOOST_TEST(region.run("probe", {"interrupt", call, handler}).output ==
             (uses_own ? "EINTR handled 1\n" : "EINTR handled 0\n"));
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(rule.fired_own.load() == (uses_own ? 1u : 0u));
}

BOOST_AUTO_TEST_CASE(interrupted_connect_completes) {
  Region region;
  wire::Rule& rule = region.add(Verb::interrupt, Family::connect);
  BOOST_TEST(region.run("probe", {"connect", "plain"}).output == "EINTR handled 1\nthen 0\n");
  BOOST_TEST(rule.fired.load() == 1u);
}

BOOST_AUTO_TEST_CASE(partial_send_returns_its_count) {
  for (const char* handler : {"plain", "restart"}) {
    Region region;
    wire::Rule& rule = region.add(Verb::interrupt, Family::send);
    rule.after_part = 1;
    BOOST_TEST(region.run("probe", {"partial", handler}).output == "part handled 1\n");
    BOOST_TEST(rule.fired_own.load() == 1u);
    BOOST_TEST(region.totals().sent == region.totals().received);
  }
}
