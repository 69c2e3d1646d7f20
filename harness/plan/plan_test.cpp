#include <boost/test/unit_test.hpp>
#include <csignal>
#include <set>

#include "plan/run_spec.hpp"

using namespace sockrig;

namespace {

Scenario scenario(const std::string& id, std::vector<Role> roles, Level level = Level::must) {
  Scenario s;
  s.id = id;
  s.chapter = id.substr(0, id.find('/'));
  s.roles = std::move(roles);
  s.level = level;
  return s;
}

PlanRequest request_for(const std::vector<const Scenario*>& scenarios) {
  PlanRequest request;
  request.scenarios = scenarios;
  request.commands = {{Role::echo_server, "./echo {port}"}, {Role::client, "./it's {host} {port}"}};
  request.repeat_prefix = "sockrig run --serves at-once";
  return request;
}

const Machine full = {.namespaces = true, .why_not = ""};

}  // namespace

BOOST_AUTO_TEST_SUITE(plan)

BOOST_AUTO_TEST_CASE(one_run_for_each_scenario_and_role_with_a_command) {
  const Scenario one = scenario("stream/a", {Role::echo_server, Role::discard_server, Role::client});
  const Scenario two = scenario("stream/b", {Role::discard_server});
  const Scenario three = scenario("stream/c", {Role::echo_server});
  PlanRequest request = request_for({&one, &two, &three});
  request.seed = 42;
  const auto runs = make_plan(request, full);
  BOOST_REQUIRE(runs.size() == 3);
  BOOST_TEST(runs[0].scenario->id == one.id);
  BOOST_TEST((runs[0].role == Role::echo_server));
  BOOST_TEST(runs[0].command == "./echo {port}");
  BOOST_TEST((runs[1].role == Role::client));
  BOOST_TEST(runs[1].command == "./it's {host} {port}");
  BOOST_TEST(runs[2].scenario->id == three.id);
  for (const RunSpec& run : runs) {
    BOOST_TEST(run.seed == 42u);
    BOOST_TEST(run.skip == "");
    BOOST_TEST(!run.own_handlers_only);
  }
  request.commands.clear();
  BOOST_TEST(make_plan(request, full).empty());
}

BOOST_AUTO_TEST_CASE(a_claim_that_is_not_run_stands_for_those_before_it) {
  const Scenario first = scenario("stream/a", {Role::echo_server});
  Scenario between = scenario("stream/b", {Role::echo_server}, Level::should);
  between.after = {"stream/a"};
  Scenario last = scenario("stream/c", {Role::echo_server});
  last.after = {"stream/b"};
  using Ids = std::vector<std::string>;
  const auto before_last = [](const PlanRequest& request) { return make_plan(request, full).back().after; };
  PlanRequest all = request_for({&first, &between, &last});
  BOOST_TEST(before_last(all) == Ids{"stream/b"}, boost::test_tools::per_element());
  all.level = Level::must;  // b is not run
  BOOST_TEST(before_last(all) == Ids{"stream/a"}, boost::test_tools::per_element());
  PlanRequest some = request_for({&first, &last});
  BOOST_TEST(before_last(some).empty());
  some.known = {&first, &between, &last};
  BOOST_TEST(before_last(some) == Ids{"stream/a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_server_that_serves_less_is_skipped) {
  Scenario at_once = scenario("accept/x", {Role::echo_server, Role::client});
  at_once.serves = Serves::at_once;
  Scenario in_turn = scenario("accept/y", {Role::echo_server});
  in_turn.serves = Serves::in_turn;
  PlanRequest request = request_for({&at_once, &in_turn});
  const auto skips = [&](Serves serves) {
    request.serves = serves;
    std::vector<std::string> out;
    for (const RunSpec& run : make_plan(request, full)) out.push_back(run.skip);
    return out;
  };
  const std::string client_runs;
  BOOST_TEST(
      skips(Serves::one) == (std::vector<std::string>{
                                "not applicable: the server is declared to serve one connection (--serves one); this "
                                "needs at-once",
                                client_runs,
                                "not applicable: the server is declared to serve one connection (--serves one); this "
                                "needs in-turn"}),
      boost::test_tools::per_element());
  BOOST_TEST(
      skips(Serves::in_turn) ==
          (std::vector<std::string>{"not applicable: the server is declared to serve connections in turn (--serves "
                                    "in-turn); this needs at-once",
                                    client_runs, ""}),
      boost::test_tools::per_element());
  BOOST_TEST(skips(Serves::at_once) == (std::vector<std::string>{"", "", ""}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_said_of_servers_that_serve_just_one_is_for_these) {
  Scenario one = scenario("accept/x", {Role::echo_server});
  one.only_one = true;
  PlanRequest request = request_for({&one});
  BOOST_TEST(make_plan(request, full)[0].skip.starts_with("not applicable: only for a server that is declared to"));
  request.serves = Serves::one;
  BOOST_TEST(make_plan(request, full)[0].skip == "");
}

BOOST_AUTO_TEST_CASE(who_is_to_be_told_to_stop_must_have_said_how) {
  Scenario s = scenario("close/x", {Role::echo_server});
  Diagnostics problems;
  s.scripts[Role::echo_server] = parse_script("subject: waits, is told to stop, exits 0", "f", 1, false, problems);
  BOOST_REQUIRE(problems.empty());
  PlanRequest request = request_for({&s});
  BOOST_TEST(make_plan(request, full)[0].skip ==
             "not declared how the server is told to stop (--stop SIGTERM, --stop line:q)");
  request.stop = "line:q";
  BOOST_TEST(make_plan(request, full)[0].skip == "");
  BOOST_TEST(make_plan(request, full)[0].stop == "line:q");
  BOOST_TEST(make_plan(request, full)[0].repeat.ends_with(" --stop line:q close/x --seed 1"));
}

BOOST_AUTO_TEST_CASE(ways_to_stop) {
  BOOST_REQUIRE(parse_stop("SIGTERM").has_value());
  BOOST_TEST(parse_stop("SIGTERM")->signal == SIGTERM);
  BOOST_TEST(parse_stop("SIGINT")->signal == SIGINT);
  BOOST_REQUIRE(parse_stop("line:quit now").has_value());
  BOOST_TEST(parse_stop("line:quit now")->signal == 0);
  BOOST_TEST(parse_stop("line:quit now")->line == "quit now");
  for (const char* wrong : {"", "TERM", "SIGKILL", "line:", "line", "15", "line:a\nb"})
    BOOST_TEST(!parse_stop(wrong).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(without_a_private_network_what_needs_one_is_skipped) {
  Scenario needs = scenario("listen/x", {Role::echo_server});
  needs.needs_namespaces = true;
  const Scenario plain = scenario("stream/x", {Role::echo_server});
  const PlanRequest request = request_for({&needs, &plain});
  BOOST_TEST(make_plan(request, full)[0].skip == "");
  const auto runs = make_plan(request, {.namespaces = false, .why_not = "unshare: EPERM"});
  BOOST_REQUIRE(runs.size() == 2);
  BOOST_TEST(runs[0].skip == "needs a private network: unshare: EPERM");
  BOOST_TEST(runs[0].no_private_network);
  BOOST_TEST(runs[1].skip == "");
  BOOST_TEST(!runs[1].no_private_network);
}

BOOST_AUTO_TEST_CASE(what_the_command_or_the_limits_do_not_allow_is_skipped) {
  Scenario host = scenario("bind/x", {Role::echo_server, Role::client});
  host.host = "0.0.0.0";
  Scenario high = scenario("socket/x", {Role::client});
  high.open_descriptors = 1100;
  const PlanRequest request = request_for({&host, &high});
  const auto runs = make_plan(request, full);
  BOOST_REQUIRE(runs.size() == 3);
  BOOST_TEST(runs[0].skip.starts_with("not applicable: the command has no {host}"));
  BOOST_TEST(runs[1].skip == "");
  BOOST_TEST(runs[2].skip == "");
  const auto poor = make_plan(request, {.namespaces = true, .why_not = "", .most_descriptors = 1024});
  BOOST_TEST(poor[2].skip == "needs 1164 open descriptors, and the limit here is 1024 (ulimit -Hn)");
}

BOOST_AUTO_TEST_CASE(the_level_leaves_out_what_is_weaker) {
  const Scenario must = scenario("stream/a", {Role::echo_server});
  const Scenario should = scenario("stream/b", {Role::echo_server}, Level::should);
  Scenario conditional = scenario("stream/c", {Role::echo_server}, Level::should);
  conditional.must_with_handler = true;
  Fault fault;
  BOOST_REQUIRE(parse_fault("interrupted call=recv", fault) == "");
  conditional.faults = {fault};

  PlanRequest request = request_for({&must, &should, &conditional});
  auto runs = make_plan(request, full);
  BOOST_REQUIRE(runs.size() == 3);
  BOOST_TEST(!runs[2].own_handlers_only);
  BOOST_TEST((rules_of(runs[2])[0].handler == wire::Handler::given));

  request.level = Level::must;
  runs = make_plan(request, full);
  BOOST_REQUIRE(runs.size() == 2);
  BOOST_TEST(runs[0].scenario->id == must.id);
  BOOST_TEST(!runs[0].own_handlers_only);
  BOOST_TEST(runs[1].scenario->id == conditional.id);
  BOOST_TEST(runs[1].own_handlers_only);
  BOOST_REQUIRE(rules_of(runs[1]).size() == 1);
  BOOST_TEST((rules_of(runs[1])[0].handler == wire::Handler::own));
  BOOST_TEST((rules_of(runs[1])[0].verb == wire::Verb::interrupt));
}

BOOST_AUTO_TEST_CASE(a_call_is_held_only_where_the_script_lets_it_go) {
  Scenario s = scenario("failure/a", {Role::echo_server, Role::chargen_server});
  Fault held, other;
  BOOST_REQUIRE(parse_fault("held call=send skip=1", held) == "");
  BOOST_REQUIRE(parse_fault("short-send bytes=1", other) == "");
  s.faults = {held, other};
  Step step;
  step.verb = StepVerb::is_held;
  ScriptLine line;
  line.actor = ActorKind::subject;
  line.steps = {{step}};
  s.scripts[Role::chargen_server] = {line};
  RunSpec spec;
  spec.scenario = std::make_shared<const Scenario>(s);
  spec.role = Role::chargen_server;
  BOOST_TEST(concerns(held, spec));
  BOOST_TEST((rules_of(spec)[0] == held.rule));
  spec.role = Role::echo_server;
  BOOST_TEST(!concerns(held, spec));
  BOOST_TEST(concerns(other, spec));
  BOOST_REQUIRE(rules_of(spec).size() == 2);  // in the order of the faults, as what is reported of them
  BOOST_TEST(rules_of(spec)[0].families == 0u);
  BOOST_TEST((rules_of(spec)[1] == other.rule));
}

BOOST_AUTO_TEST_CASE(the_repeat_command_can_be_pasted) {
  const Scenario s = scenario("stream/a", {Role::echo_server, Role::client});
  PlanRequest request = request_for({&s});
  request.seed = 7;
  auto runs = make_plan(request, full);
  BOOST_TEST(runs[0].repeat == "sockrig run --serves at-once --echo-server './echo {port}' stream/a --seed 7");
  BOOST_TEST(runs[1].repeat == "sockrig run --serves at-once --client './it'\\''s {host} {port}' stream/a --seed 7");
  // A prefix that names a command already is taken as it is.
  request.repeat_prefix = "sockrig run --echo-server './echo {port}'";
  runs = make_plan(request, full);
  BOOST_TEST(runs[0].repeat == "sockrig run --echo-server './echo {port}' stream/a --seed 7");
}

Script script_of(const std::string& text) {
  Diagnostics problems;
  Script script = parse_script(text, "f", 1, false, problems);
  BOOST_REQUIRE(problems.empty());
  return script;
}

BOOST_AUTO_TEST_CASE(the_seed_of_a_run_depends_on_seed_role_and_script_alone) {
  Scenario a = scenario("stream/a", {Role::echo_server, Role::client}), b = scenario("stream/b", {Role::echo_server});
  a.scripts[Role::echo_server] = a.scripts[Role::client] = script_of("a: connect\na: send 7\na: close");
  b.scripts[Role::echo_server] = script_of("a: connect\na: send 8\na: close");
  std::set<std::uint64_t> seeds;
  for (const std::uint64_t seed : {1, 2}) {
    for (const auto& [s, role] : {std::pair{&a, Role::echo_server}, {&a, Role::client}, {&b, Role::echo_server}}) {
      RunSpec spec;
      spec.scenario = std::make_shared<const Scenario>(*s);
      spec.role = role;
      spec.seed = seed;
      seeds.insert(run_seed(spec));
      RunSpec other = spec;
      other.command = "something else";
      other.serves = Serves::one;
      BOOST_TEST(run_seed(other) == run_seed(spec));
    }
  }
  BOOST_TEST(seeds.size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_scenario_that_is_renamed_does_the_same) {
  Scenario before = scenario("stream/a", {Role::echo_server});
  before.scripts[Role::echo_server] = script_of("a: connect\na: send 7  # a comment\na: close");
  Scenario after = before;
  after.id = "mine/anything";
  after.claim = "Another sentence";
  after.scripts[Role::echo_server] = script_of("a: connect\n\na: send 7\na: close");
  RunSpec spec, renamed;
  spec.role = renamed.role = Role::echo_server;
  spec.scenario = std::make_shared<const Scenario>(before);
  renamed.scenario = std::make_shared<const Scenario>(after);
  BOOST_TEST(run_seed(renamed) == run_seed(spec));
  // Where one line ends and the next begins is part of what is done.
  after.scripts[Role::echo_server] = script_of("a: connect\na: send 7, close");
  renamed.scenario = std::make_shared<const Scenario>(after);
  BOOST_TEST(run_seed(renamed) != run_seed(spec));
}

BOOST_AUTO_TEST_CASE(the_seed_of_a_run_is_the_same_for_ever) {
  // A repeat command that someone kept must still repeat.
  Scenario s = scenario("stream/short-recv-one", {Role::echo_server});
  s.scripts[Role::echo_server] = script_of("a: connect\na: send 64 KiB\na: receive echo");
  RunSpec spec;
  spec.scenario = std::make_shared<const Scenario>(s);
  spec.role = Role::echo_server;
  spec.seed = 1;
  BOOST_TEST(run_seed(spec) == 5103090861243620744u);
}

BOOST_AUTO_TEST_CASE(a_custom_server_needs_a_dialogue_where_the_script_holds_one) {
  Scenario open = scenario("resolve/x", {Role::custom}), talk = scenario("stream/x", {Role::custom});
  Scenario glued = scenario("stream/y", {Role::custom});
  Diagnostics problems;
  open.scripts[Role::custom] = parse_script("a: connect, close", "f", 1, false, problems);
  talk.scripts[Role::custom] = parse_script("a: plays the dialogue", "f", 1, false, problems);
  glued.scripts[Role::custom] = parse_script("a: plays the dialogue glued together", "f", 1, false, problems);
  BOOST_REQUIRE(problems.empty());
  PlanRequest request = request_for({&open, &talk, &glued});
  request.commands = {{Role::custom, "./s {port}"}};
  const auto without = make_plan(request, full);
  BOOST_REQUIRE(without.size() == 3);
  BOOST_TEST(without[0].skip == "");
  BOOST_TEST(without[1].skip == "no dialogue was given: --dialogue FILE says what the server is asked");
  BOOST_TEST(without[0].repeat == "sockrig run --serves at-once --custom-server './s {port}' resolve/x --seed 1");
  const auto dialogue = parse_dialogue("> a\n< b\n", "my dialogue", problems);
  BOOST_REQUIRE(dialogue);
  request.dialogue = &*dialogue;
  const auto with = make_plan(request, full);
  BOOST_TEST(with[1].skip == "");
  BOOST_TEST(with[1].dialogue->file == dialogue->file);
  BOOST_TEST(with[2].skip.find("one message only") != std::string::npos);
  BOOST_TEST(with[1].repeat ==
             "sockrig run --serves at-once --custom-server './s {port}' --dialogue 'my dialogue' stream/x --seed 1");
}

BOOST_AUTO_TEST_SUITE_END()
