// Records that somebody edited: whatever stands in them, one that is read is judged, and nothing is read or counted
// beyond its end. (Under the sanitizers this says more than that it comes back.)
//
// The edits are made by chance, the same in every run, from what other records hold in the same place.
#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <csignal>
#include <limits>
#include <map>

#include "judge/made_up_for_tests.hpp"
#include "record/record_file.hpp"

namespace sockrig {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::vector<MadeUp> made_up_runs() {
  std::vector<MadeUp> out(9);
  out[1].add_fault("short-send bytes=1").fired = 1;
  out[1].add_call(wire::Call::recv, 1000, 1000);
  out[1].add_call(wire::Call::send, 1000, 1, 0, wire::event_injected);
  out[1].add_call(wire::Call::send, 999, 999);
  out[1].wrong_bytes(1, out[1].right_bytes(0, 64));
  out[2].add_waiting("recvfrom");
  out[2].add_waiting("epoll_wait", 0, 0);
  out[2].record.last_look.sockets = {{TcpState::close_wait, 0, 20000, 40000, 1, 0, 7, 0, false}};
  out[2].record.holders = {{17, 7}, {18, 7}};
  out[2].a().received = 10;
  out[2].fail(Stop::standstill, "stuck", "nothing moves");
  out[3].add_call(wire::Call::recv, 4096, 0, ECONNRESET);
  out[3].end({false, 1});
  out[3].record.output = "Traceback (most recent call last):\n  x\nOSError: [Errno 9] Bad file descriptor\n";
  out[4].end({true, SIGABRT});
  out[4].record.output = "terminate called after throwing an instance of 'std::system_error'\n  what():  accept: x\n";
  for (int i = 0; i < 250; ++i) out[5].add_call(wire::Call::recv, 4096, -1, EAGAIN);
  out[5].fail(Stop::spinning, "spinning", "it is busy", false);
  out[6].a().lines = true;
  out[6].a().expected.key = '!';
  out[6].wrong_bytes(100, "abc\r\n");
  out[7].fail(Stop::unmet, "descriptors-leaked", "there are more than before", false);
  out[7].record.kernel = {{"descriptors before", 5}, {"descriptors after", 9}};
  out[7].record.sockets[0].flags = wire::socket_accepted;
  out[8].record.dialogue = DialogueRecord{"a", "cut", 3, false, false, false, "yes", "no", 1, 4, 3};
  out[8].fail(Stop::unmet, "reset", "a was reset");
  return out;
}

class Edits {
 public:
  // What stands in the records, by place ("/channels/*/sent"): the edits are made of it.
  void learn(const Json& node, const std::string& path) {
    for (const auto& [name, value] : node.items()) {
      const std::string below = path + "/" + (node.is_array() ? "*" : name);
      known_[path].emplace_back(name, value);
      if (value.is_structured()) learn(value, below);
    }
  }
  void edit(Json& document) {
    std::string path;
    Json* node = &document;
    while (node->is_structured() && !node->empty() && (node == &document || chance(4) != 0)) {
      auto child = node->begin();
      std::advance(child, chance(node->size()));
      path += "/" + (node->is_array() ? "*" : child.key());
      node = &*child;
    }
    if (node->is_object())
      edit_object(*node, path);
    else if (node->is_array())
      edit_list(*node, path);
    else if (node->is_number())
      *node = number();
    else if (node->is_string() && path != "/schema")
      *node = text(*node);
    else if (node->is_boolean())
      *node = !node->get<bool>();
  }
  std::uint64_t chance(std::uint64_t of) { return (state_ = wire::mix(state_)) % of; }

 private:
  void edit_object(Json& node, const std::string& path) {
    if (const auto& others = known_[path]; !others.empty() && chance(3) != 0) {
      const auto& [name, value] = others[chance(others.size())];
      node[name] = value;
    } else if (!node.empty()) {
      node.erase(std::next(node.begin(), static_cast<std::ptrdiff_t>(chance(node.size()))).key());
    }
  }
  void edit_list(Json& node, const std::string& path) {
    if (const auto& others = known_[path]; !others.empty() && chance(2) != 0)
      node.push_back(others[chance(others.size())].second);
    else if (!node.empty())
      node.erase(chance(node.size()));
  }
  Json number() {
    constexpr std::int64_t telling[] = {0, 1, -1, 17, 93, 1000, 20000, 40000, 65535, 1 << 30, most, -most - 1};
    const std::uint64_t n = chance(std::size(telling) + 2);
    if (n == std::size(telling)) return ~std::uint64_t{0};
    if (n > std::size(telling)) return chance(2000);
    if (telling[n] >= 0) return static_cast<std::uint64_t>(telling[n]);
    return telling[n];
  }
  Json text(const Json& was) {
    switch (chance(4)) {
      case 0:
        return "";
      case 1:
        return was.get<std::string>() + "\n: ";
      case 2:
        return Json{{"latin1", "\xc3\xbf\n"}};
      default:
        const auto& any = known_["/steps/*"];
        return any[chance(any.size())].second;
    }
  }
  std::map<std::string, std::vector<std::pair<std::string, Json>>> known_;
  std::uint64_t state_ = 1;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(edited_records)

BOOST_AUTO_TEST_CASE(one_that_is_read_is_judged) {
  const std::vector<MadeUp> runs = made_up_runs();
  std::vector<Json> documents;
  Edits edits;
  for (const MadeUp& m : runs) {
    documents.push_back(Json::parse(record_to_json(m.record)));
    edits.learn(documents.back(), "");
  }
  std::size_t read = 0, refused = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::size_t run = edits.chance(runs.size());
    Json document = documents[run];
    for (std::uint64_t n = edits.chance(6); n > 0; --n) edits.edit(document);
    std::string problem;
    const std::optional<Record> record = record_from_json(document.dump(), problem);
    ++(record ? read : refused);
    BOOST_TEST(record.has_value() == problem.empty());
    if (!record) continue;
    const Result r = judge(runs[run].spec, observe(runs[run].spec, *record));
    BOOST_TEST((r.outcome == Outcome::fail) == r.diagnosis.has_value(), document.dump());
  }
  BOOST_TEST(read > 1000u);
  BOOST_TEST(refused > 500u);
}

// What the program itself can write into the shim's memory: a size near the end of the numbers.
BOOST_AUTO_TEST_CASE(sizes_at_the_end_of_the_numbers_are_no_overflow) {
  MadeUp added;
  added.wrong_bytes(1, added.right_bytes(3, 64));
  added.add_call(wire::Call::recv, most, -1, EINTR);
  added.add_call(wire::Call::recv, -most - 1, 5);
  BOOST_TEST(of(added).code != "minus-one-added");
  MadeUp sum;
  sum.add_call(wire::Call::send, most, most - 1);
  sum.add_call(wire::Call::send, most, most - 1);
  const std::uint64_t both = 2 * (static_cast<std::uint64_t>(most) - 1);
  sum.a().planned = sum.a().received = ~std::uint64_t{0};
  sum.a().differs_at = both;
  sum.a().window = sum.right_bytes(both / 2, 64);
  sum.fail(Stop::unmet, "wrong-bytes", "a got a wrong byte");
  of(sum);
  MadeUp counted;
  counted.record.kernel = {{"descriptors before", most}, {"descriptors after", -most - 1}};
  counted.record.sockets[0].flags = wire::socket_accepted;
  counted.fail(Stop::unmet, "descriptors-leaked", "there are more than before", false);
  BOOST_TEST(of(counted).code == "descriptors-leaked");
}

// Each line must not be looked for in all of the output.
BOOST_AUTO_TEST_CASE(an_output_of_nothing_but_line_ends_is_judged_in_time) {
  MadeUp m;
  m.end({false, 1});
  m.record.output = std::string(256 << 10, '\n');
  BOOST_TEST(of(m).code == "ended");
}

BOOST_AUTO_TEST_CASE(a_step_without_words_is_judged) {
  MadeUp m;
  m.record.processes_attached = 0;
  m.record.steps.push_back(MadeUp::step("", StepVerb::meets_dead));
  m.fail(Stop::unmet, "not-met", "it did not", false);
  const Result r = m.judged();
  BOOST_TEST((r.outcome == Outcome::inconclusive), r.reason);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
