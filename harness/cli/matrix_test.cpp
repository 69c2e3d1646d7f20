// Planted mistakes × scenarios: each is noticed by the claims that name it, and by no other. And correct programs in
// many styles: each passes everything, for a false alarm is as bad as a miss.
//
// `matrix_test -- NAME…` tries only these programs.
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <functional>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "catalogue/toml_reader.hpp"
#include "cli/spawned.hpp"

namespace sockrig {
namespace {

using nlohmann::json;
using Ids = std::set<std::string>;

struct Mistake {
  std::string name, role;
  Ids fails;
};

std::vector<Mistake> mistakes_in(const std::string& file) {
  std::vector<Mistake> out;
  const toml::table table = toml::parse_file(file);
  for (const toml::node& node : *table.get_as<toml::array>("mistake")) {
    const toml::table& entry = *node.as_table();
    Mistake m{entry["name"].value<std::string>().value(), entry["role"].value<std::string>().value(), {}};
    for (const toml::node& id : *entry["fails"].as_array()) m.fails.insert(id.value<std::string>().value());
    out.push_back(std::move(m));
  }
  return out;
}

Ids catalogue_ids() {
  const Finished listed = sockrig({"list", "--json"});
  BOOST_REQUIRE_MESSAGE(listed.code == 0, listed.err);
  Ids out;
  for (const json& s : json::parse(listed.out)) out.insert(s.at("id").get<std::string>());
  return out;
}

// `matrix_test -- NAME…` tries only these, `-- shard=1/3` every third program; several can then run side by side.
bool asked_for(const std::string& name) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  bool any = false, this_one = false;
  unsigned shard = 0, shards = 0;
  for (int i = 1; i < suite.argc; ++i) {
    any = true;
    const bool sharded = std::sscanf(suite.argv[i], "shard=%u/%u", &shard, &shards) == 2 && shards != 0;
    this_one = this_one || (sharded ? std::hash<std::string>{}(name) % shards + 1 == shard : name == suite.argv[i]);
  }
  return !any || this_one;
}

// What all custom servers of ours are asked.
const std::string lines_dialogue = SOCKRIG_SOURCE_DIR "/sut/reference/lines.dialogue";

std::string told(const json& result) {
  const json& diagnosis = result.at("diagnosis");
  std::string out = "  " + result.at("id").get<std::string>() + ": " + result.at("outcome").get<std::string>();
  if (!diagnosis.is_null()) out += " [" + diagnosis.at("code").get<std::string>() + "]";
  return out + " — " + result.at("reason").get<std::string>().substr(0, 200) + "\n";
}

// What differs between a run and what it should have been; "" = nothing.
std::string differences(const JsonRun& run, const Ids& wanted) {
  std::string missed, extra, undecided;
  for (const std::string& id : wanted) {
    const json* result = run.result(id);
    if (result == nullptr)
      missed += "  " + id + ": does not apply to this role\n";
    else if (result->at("outcome") != "fail")
      missed += told(*result);
  }
  for (const json& result : run.report.at("results")) {
    if (result.at("outcome") == "fail" && !wanted.contains(result.at("id").get<std::string>())) extra += told(result);
    if (result.at("outcome") == "inconclusive" || result.at("outcome") == "error") undecided += told(result);
  }
  std::string out;
  if (!missed.empty()) out += "not noticed:\n" + missed;
  if (!extra.empty()) out += "blamed without cause:\n" + extra;
  if (!undecided.empty()) out += "undecided:\n" + undecided;
  return out;
}

std::string role_of_style(const std::string& name) {
  const std::map<std::string, std::string> roles{{"echo", "echo-server"},
                                                 {"discard", "discard-server"},
                                                 {"chargen", "chargen-server"},
                                                 {"client", "client"},
                                                 {"custom", "custom"}};
  const auto found = roles.find(name.substr(0, name.find_first_of("-.")));
  BOOST_REQUIRE_MESSAGE(found != roles.end(), name << ": its name does not begin with its role");
  return found->second;
}

std::vector<std::string> programs_with(const std::string& prefix) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(planted(""))) {
    const std::string name = entry.path().filename();
    if (name.starts_with(prefix)) out.push_back(name.substr(prefix.size()));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(matrix)

BOOST_AUTO_TEST_CASE(mistakes) {
  const std::vector<Mistake> all = mistakes_in(SOCKRIG_SOURCE_DIR "/sut/mistakes/mistakes.toml");
  const Ids known = catalogue_ids();
  Ids described, noticed;
  for (const Mistake& m : all) {
    BOOST_TEST(described.insert(m.name).second, m.name << " is described twice");
    Ids wanted;
    for (const std::string& id : m.fails) {
      if (known.contains(id))
        wanted.insert(id);
      else
        BOOST_TEST_MESSAGE(m.name << ": " << id << " is not in the catalogue");
    }
    noticed.insert(wanted.begin(), wanted.end());
    if (!asked_for(m.name)) continue;
    std::vector<std::string> arguments{m.role == "custom" ? "--custom-server" : "--" + m.role,
                                       planted("mistake-" + m.name) + " {host} {port}"};
    if (m.role == "custom") arguments.insert(arguments.end(), {"--dialogue", lines_dialogue});
    const JsonRun run = run_for_json(arguments);
    const std::string differs = differences(run, wanted);
    BOOST_TEST_MESSAGE((differs.empty() ? "as it should be: " : "DIFFERS: ") << m.name << " [" << m.role << "]");
    BOOST_TEST(differs.empty(), m.name << " [" << m.role << "]\n" << differs);
    if (differs.empty()) BOOST_TEST(run.finished.code == (wanted.empty() ? 0 : 1));
  }
  for (const std::string& name : programs_with("mistake-"))
    BOOST_TEST(described.contains(name), name << " is not in mistakes.toml");
  for (const std::string& id : known) {
    if (!noticed.contains(id)) BOOST_TEST_MESSAGE("no planted mistake is noticed by " << id);
  }
}

BOOST_AUTO_TEST_CASE(styles) {
  const std::vector<std::string> all = programs_with("style-");
  BOOST_TEST(all.size() > 5u);
  for (const std::string& name : all) {
    if (!asked_for(name)) continue;
    std::string command = planted("style-" + name) + " {host} {port}";
    if (name.ends_with(".py")) {
      if (::access("/usr/bin/python3", X_OK) != 0) {
        BOOST_TEST_MESSAGE(name << " is left out: there is no python3");
        continue;
      }
      command = "/usr/bin/python3 " + command;
    }
    const std::string role = role_of_style(name);
    std::vector<std::string> arguments{role == "custom" ? "--custom-server" : "--" + role, command};
    if (role == "custom") arguments.insert(arguments.end(), {"--dialogue", lines_dialogue});
    if (name == "echo-in-turn") arguments.insert(arguments.end(), {"--serves", "in-turn"});
    const JsonRun run = run_for_json(arguments);
    const std::string differs = differences(run, {});
    BOOST_TEST_MESSAGE((differs.empty() ? "as it should be: " : "DIFFERS: ") << name);
    BOOST_TEST(differs.empty(), name << "\n" << differs);
    if (differs.empty()) BOOST_TEST(run.finished.code == 0);
    BOOST_TEST(
        std::ranges::count_if(run.report.at("results"), [](const json& r) { return r.at("outcome") == "pass"; }) >
            (role == "custom" ? 8 : 10),  // of a protocol of its own less can be claimed
        name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
