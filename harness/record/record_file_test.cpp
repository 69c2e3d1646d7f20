#include "record/record_file.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "record/enum_names.hpp"
#include "record/fields.hpp"
#include "record/utf8.hpp"

namespace sockrig {
namespace {

using nlohmann::json;

// Every member has another value than the usual one.
Record full() {
  Record r;
  r.port = 20000;
  r.round = 2;
  r.steps = {
      {"a: connect", StepOutcome::met, StepMeaning::claim, "", StepVerb::connect, ActorKind::connection},
      {"subject: is held", StepOutcome::unmet, StepMeaning::evidence, "n", StepVerb::is_held, ActorKind::subject}};
  Channel c;
  c.name = "a";
  c.local_port = 40000;
  c.outgoing = {0xfedcba9876543210u, Payload::binary};
  c.expected = {0x121, Payload::binary};
  c.planned = c.sent = c.due = c.received = 1u << 30;
  c.shut = c.lines = true;
  c.source = "stdin";
  c.differs_at = 17;
  c.window = std::string("\0\xff\xfe ok \x80\n\"\\", 11);
  c.ended = Ended::reset;
  c.earlier_ports = {1, 2};
  c.on_the_way = 3;
  r.channels = {c, Channel{}};
  r.stop = Stop::standstill;
  r.unmet = Unmet{1, "stuck", "every thread of it waits", 0};
  r.dialogue = DialogueRecord{"a", "cut", 3, true, true, true, "x\xff", "→", 4, 5, 6};
  Waiting w{17, 18, "recv", 4, "socket:[1]", 20000, 40000, true, 5, 6, true, true};
  KernelSocket k{TcpState::close_wait, 1, 2, 3, 4, 5, 6, 7, true};
  r.last_look = {Motion::standstill, true, {w, Waiting{}}, {k, KernelSocket{}}};
  r.listening = {20000};
  r.subject_ending = Ending{true, 11};
  r.second_ending = Ending{false, 1};
  r.ended_by_script = true;
  r.output = "caf\xc3\xa9 \xe2\x86\x92 \xff\n";
  r.kernel = {{"ListenOverflows", -3}, {"a \"name\"", 0}};
  r.began_ns = 1000;
  r.left_out = {1, 2, 3, 4, 5, 6};
  r.processes_attached = 2;
  RuleRecord rule{5, 4, 3, {}};
  rule.withheld[static_cast<std::size_t>(wire::Withheld::peek)] = 9;
  r.rules = {rule, RuleRecord{}};
  SocketRecord s;
  s.pid = 17, s.fd = 4, s.birth = 1, s.connection = 2, s.flags = wire::socket_accepted | wire::socket_closed;
  s.local_port = 20000, s.remote_port = 40000, s.received = 9, s.sent = 8, s.recv_calls = 7, s.send_calls = 6,
  s.ends = 5;
  s.inside = wire::Call::recv, s.image = 1, s.caller = 4242;
  r.sockets = {s, SocketRecord{}};
  CallEvent e;
  e.sequence = 1, e.begun_ns = 1990, e.ended_ns = 2000, e.connection = 2, e.ordinal = 3, e.pid = e.tid = 17,
  e.call = wire::Call::send, e.flags = wire::event_injected;
  e.fd = 0, e.socket = 0, e.rules = 0x80000005u, e.asked = -1, e.result = 7, e.error = 4, e.image = 1, e.caller = 4242;
  CallEvent held = e;
  held.sequence = 2, held.ended_ns = 1500,
  held.flags = wire::event_withheld | wire::event_no_signal | wire::event_held;  // returned before
  held.withheld = wire::Withheld::in_handler;
  r.events = {e, held};
  r.events_dropped = 5;
  r.moves = {{1200, "a", 40000, PeerAct::connects, 0, 0, ""}, {1800, "a", 40000, PeerAct::sent, 5, 6, "hello\n"}};
  r.looks = {{1700, Motion::dozing, 1, 2, 3, 4}};
  r.facts = {{1900, "ListenOverflows", -3}};
  r.lives = {{1100, LifeEvent::What::ended, true, 17, 9, {true, 9}}};
  r.writes = {{1950, true, 3, 4}};
  r.holders = {{17, 99}};
  r.places = {{{1, 4242}, "server.cpp:42"}};
  r.out_of_sight = {"'x' uses io_uring"};
  r.names_asked = 0;
  r.duration_ms = 0.1;
  return r;
}

Record read(const std::string& text) {
  std::string problem;
  const std::optional<Record> r = record_from_json(text, problem);
  BOOST_REQUIRE_MESSAGE(r.has_value(), problem);
  return *r;
}

std::string refused(const std::string& text) {
  std::string problem;
  BOOST_TEST(!record_from_json(text, problem).has_value());
  return problem;
}

// The JSON of a full record, changed at one place.
std::string changed(const std::string& pointer, const json& value) {
  json document = json::parse(record_to_json(full()));
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

template <typename E>
void check_names(std::size_t count) {
  std::vector<std::string_view> seen;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<E>(i);
    const std::string_view name = name_in_table(value);
    BOOST_TEST(!name.empty(), "value " << i << " of " << typeid(E).name() << " has no name");
    BOOST_TEST((value_in_table<E>(name) == value), name);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_file)

BOOST_AUTO_TEST_CASE(what_is_written_is_what_is_read) {
  const Record r = full();
  std::string problem;
  BOOST_TEST((read(record_to_json(r)) == r));
  BOOST_TEST((read(record_to_json(Record{})) == Record{}));
  BOOST_TEST(record_to_json(read(record_to_json(r))) == record_to_json(r));
  BOOST_TEST((unpacked(packed(r), problem) == r));
  BOOST_TEST((unpacked(packed(Record{}), problem) == Record{}));
}

BOOST_AUTO_TEST_CASE(every_member_is_written) {
  // Whatever is left out of a list of fields is left at its usual value, and the full record is then not the same: so
  // the test above sees it, as long as the full record has no usual value anywhere.
  const json document = json::parse(record_to_json(full()));
  const json usual = json::parse(record_to_json(Record{}));
  BOOST_TEST(usual.size() == 2u);  // schema and timeline
  BOOST_TEST(document.size() == 27u);
}

BOOST_AUTO_TEST_CASE(the_timeline_is_one_in_the_order_of_time) {
  const json document = json::parse(record_to_json(full()));
  std::vector<std::string> order;
  for (const json& moment : document.at("timeline"))
    order.push_back(moment.at("is").get<std::string>() + std::to_string(moment.at("at").get<int>()));
  // The calls stay in the order in which the shim wrote them down, whatever their times say.
  const std::vector<std::string> expected{"life1100", "peer1200",  "look1700", "peer1800",
                                          "fact1900", "wrote1950", "call2000", "call1500"};
  BOOST_TEST(order == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_value_has_a_name) {
  check_names<StepVerb>(static_cast<std::size_t>(StepVerb::queue_drains) + 1);
  check_names<ActorKind>(static_cast<std::size_t>(ActorKind::queue) + 1);
  check_names<Stop>(static_cast<std::size_t>(Stop::too_much) + 1);
  check_names<TcpState>(static_cast<std::size_t>(TcpState::new_syn_received) + 1);
  check_names<PeerAct>(static_cast<std::size_t>(PeerAct::reset) + 1);
  check_names<wire::Call>(static_cast<std::size_t>(wire::Call::count) + 1);
  check_names<wire::Withheld>(static_cast<std::size_t>(wire::Withheld::count) + 1);
}

BOOST_AUTO_TEST_CASE(bad_input_is_refused_with_the_place) {
  const std::string whole = record_to_json(full());
  for (std::size_t size = 0; size + 2 < whole.size(); size += 7) refused(whole.substr(0, size));
  BOOST_TEST(refused("").find("at line 1") != std::string::npos);
  BOOST_TEST(refused("[]") == "/: expected an object, found []");
  BOOST_TEST(refused("{}") == "/: 'schema' is missing");
  BOOST_TEST(refused(changed("/schema", "sockrig/record/v2")) ==
             "/schema: it is of another version (sockrig/record/v2) than this sockrig reads (sockrig/record/v1)");
  BOOST_TEST(refused(changed("/schema", "x")) == "/schema: expected \"sockrig/record/v1\", found \"x\"");
  BOOST_TEST(refused(changed("/channels/0/sent", -1)) ==
             "/channels/0/sent: expected a whole number from 0 to 18446744073709551615, found -1");
  BOOST_TEST(refused(changed("/port", 70000)).starts_with("/port: expected a whole number from 0 to 65535"));
  BOOST_TEST(refused(changed("/port", 1.5)).starts_with("/port: expected a whole number"));
  BOOST_TEST(refused(changed("/steps/0/outcome", "mett")) ==
             "/steps/0/outcome: expected one of not-reached, begun, met, unmet, found \"mett\"");
  BOOST_TEST(refused(changed("/steps/0/outcom", "met")) == "/steps/0/outcom: unknown key");
  BOOST_TEST(refused(changed("/unmet/step", 2)) == "/unmet/step: there are 2 steps, counted from 0");
  BOOST_TEST(refused(changed("/unmet/channel", 2)) == "/unmet/channel: there are 2 channels, counted from 0");
  BOOST_TEST(refused(changed("/stop", "none")) == "/unmet: is there, though the run was not stopped");
  BOOST_TEST(refused(changed("/unmet", nullptr)) == "/unmet: is missing, though the run was stopped");
  BOOST_TEST(refused(changed("/timeline/0/is", "x")) ==
             "/timeline/0/is: expected one of peer, call, look, fact, life, wrote, found \"x\"");
  BOOST_TEST(refused(changed("/output", {{"latin1", "→"}})).starts_with("/output/latin1: expected characters up to"));
  BOOST_TEST(refused(changed("/rules/0/withheld", {{"because", 1}})) == "/rules/0/withheld: unknown reason 'because'");
}

BOOST_AUTO_TEST_CASE(what_would_fill_the_memory_is_refused) {
  BOOST_TEST(refused("{\"schema\":" + std::string(100'000, '[')).find("deep") != std::string::npos);
  std::string many = "{\"schema\":[";
  for (int i = 0; i < 3'100'000; ++i) many += "1,";
  BOOST_TEST(refused(many + "1]}").find("more than 3000000 values") != std::string::npos);
}

// The parser's callback would walk through the list for each object that ends in it.
BOOST_AUTO_TEST_CASE(a_long_list_of_objects_is_read_in_time) {
  json document = json::parse(record_to_json(Record{}));
  document["holders"] = std::vector<json>(200'000, json::object());
  BOOST_TEST(read(document.dump()).holders.size() == 200'000u);
}

BOOST_AUTO_TEST_CASE(a_problem_is_told_in_short) {
  const std::string a(1 << 20, 'a');
  const auto is_short = [&](const std::string& text) {
    const std::string problem = refused(text);
    BOOST_TEST(problem.size() < 500u, problem.substr(0, 500));
    return problem;
  };
  BOOST_TEST(is_short("{\"schema\":\"" + a).starts_with("not JSON at line 1, column "));
  BOOST_TEST(is_short("{\"schema\":" + std::string(1 << 20, '9') + "}").starts_with("not JSON at byte 10485"));
  is_short(changed("/schema", a));
  is_short(changed("/schema", "sockrig/record/v" + a));
  is_short(changed("/" + a, 1));
  is_short(changed("/steps/0/outcome", a));
  is_short(changed("/rules/0/withheld", {{a, 1}}));
  is_short(changed("/timeline/0/is", a));
  BOOST_TEST(is_short(changed("/port", std::vector<int>(100'000, 1))).ends_with("found a list"));
  BOOST_TEST(is_short(changed("/port", std::string(100, '\x1b'))).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_the_judge_takes_for_granted_is_looked_at) {
  // A ring of many millions, or of none.
  BOOST_TEST(refused(changed("/channels/0/expected/key", 0x300)) ==
             "/channels/0/expected/key: of rotating lines it is at most 767");
  BOOST_TEST(refused(changed("/channels/0/expected/key", ~std::uint64_t{0})) ==
             "/channels/0/expected/key: of rotating lines it is at most 767");
  BOOST_TEST(refused(changed("/channels/0/differs_at", (1u << 30) + 1)) ==
             "/channels/0/differs_at: only 1073741824 bytes were received");
  BOOST_TEST(refused(changed("/channels/0/window", std::string(4097, 'x'))) ==
             "/channels/0/window: expected at most 4096, found 4097 bytes");
  BOOST_TEST(refused(changed("/channels", std::vector<json>(30'001, json::object()))) ==
             "/channels: expected at most 30000, found 30001");
  BOOST_TEST(refused(changed("/sockets", std::vector<json>(4097, json::object()))) ==
             "/sockets: expected at most 4096, found 4097");
  BOOST_TEST(refused(changed("/channels/0/earlier_ports", std::vector<int>(100'001, 1))) ==
             "/channels: earlier_ports of all together: expected at most 100000, found 100001");
  BOOST_TEST(refused(changed("/output", std::string((1 << 20) + 1, '\n'))) ==
             "/output (bytes): expected at most 1048576, found 1048577");
  BOOST_TEST(refused(changed("/timeline", std::vector<json>(20'000, {{"at", 1}, {"is", "call"}, {"call", "recv"}}))) ==
             "/timeline (calls): expected at most 16384, found 20000");
  Record r = full();
  std::string problem;
  r.channels[0].expected.key = 0x300;
  BOOST_TEST(!unpacked(packed(r), problem).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_packed_and_cut_off_is_refused) {
  const std::string whole = packed(full());
  std::string problem;
  for (std::size_t size = 0; size < whole.size(); size += 3)
    BOOST_TEST(!unpacked(whole.substr(0, size), problem).has_value());
  BOOST_TEST(!unpacked(whole + "x", problem).has_value());
  for (std::size_t i = 0; i < whole.size(); ++i) {  // whatever comes of it, it is no crash
    std::string other = whole;
    other[i] = static_cast<char>(~other[i]);
    (void)unpacked(other, problem);
  }
}

BOOST_AUTO_TEST_CASE(utf8) {
  for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x86\x92", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"})
    BOOST_TEST(is_utf8(good), good);
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x86", "\xff"})
    BOOST_TEST(!is_utf8(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
