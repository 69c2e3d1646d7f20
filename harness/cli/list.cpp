// `sockrig list`: which claims there are.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "catalogue/select.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace sockrig {
namespace {

namespace po = boost::program_options;

std::vector<std::string> role_words(const Scenario& s) {
  std::vector<std::string> words;
  for (const Role role : s.roles) words.emplace_back(to_string(role));
  return words;
}

std::string level_of(const Scenario& s) {
  return s.must_with_handler ? "should*" : std::string(to_string(s.level));
}

nlohmann::ordered_json as_json(const Scenario& s) {
  nlohmann::ordered_json faults = nlohmann::ordered_json::array(), scripts = nlohmann::ordered_json::object();
  for (const Fault& fault : s.faults) faults.push_back(fault.text);
  for (const auto& [role, script] : s.scripts) {
    auto& lines = scripts[std::string(to_string(role))] = nlohmann::ordered_json::array();
    for (const ScriptLine& line : script) lines.push_back(line.text);
  }
  nlohmann::ordered_json out;
  out["id"] = s.id;
  out["chapter"] = s.chapter;
  out["claim"] = s.claim;
  out["clause"] = s.clause;
  out["level"] = to_string(s.level);
  out["must_when"] = s.must_with_handler ? nlohmann::ordered_json("handler") : nlohmann::ordered_json();
  out["roles"] = role_words(s);
  out["serves"] = s.only_one ? "only-one" : to_string(s.serves);
  out["rounds"] = s.rounds;
  out["after"] = s.after;
  out["faults"] = faults;
  out["namespaces"] = s.needs_namespaces;
  out["sysctl"] = s.sysctls;
  out["mtu"] = s.mtu;
  out["hosts"] = s.hosts;
  out["host"] = s.host;
  out["peer"] = {{"receive_buffer", s.receive_buffer}, {"send_buffer", s.send_buffer}, {"listens", s.listens}};
  out["script"] = scripts;
  out["hint"] = s.hint;
  out["about"] = s.about;
  out["file"] = s.file;
  return out;
}

void print_table(const std::vector<const Scenario*>& chosen, std::ostream& out) {
  std::size_t id_width = 0, role_width = 0;
  const auto roles = [](const Scenario& s) { return fmt::format("{}", fmt::join(role_words(s), ", ")); };
  for (const Scenario* s : chosen) {
    id_width = std::max(id_width, s->id.size());
    role_width = std::max(role_width, roles(*s).size());
  }
  bool conditional = false;
  for (const Scenario* s : chosen) {
    out << fmt::format("{:<{}}  {:<7}  {:<{}}  {}\n", s->id, id_width, level_of(*s), roles(*s), role_width, s->claim);
    conditional |= s->must_with_handler;
  }
  if (conditional) out << "\n* must where the program itself catches signals\n";
}

}  // namespace

int list_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err) {
  po::options_description options;
  options.add_options()("json", "everything that the files say, as a JSON array");
  options.add_options()("scenarios", po::value<std::string>()->value_name("DIR"), "the folder of the scenarios");
  po::variables_map values;
  std::vector<std::string> selectors;
  const CommandUsage usage = {
      "list", "[--json] [SELECTOR…]",
      "Lists the claims. A SELECTOR is an id, a chapter or a glob over ids ('*/short-*'); with '!' in "
      "front it takes away.",
      "selector", "sockrig list 'stream/short-*' '!*-random'\nsockrig list --json shutdown"};
  if (const auto code = parse_options(arguments, usage, options, values, selectors, out, err)) return *code;

  const Catalogue all =
      load_catalogue(values.contains("scenarios") ? values["scenarios"].as<std::string>() : paths.scenarios);
  for (const Diagnostic& problem : all.problems) err << to_string(problem) << '\n';
  if (!all.problems.empty()) return 2;
  std::vector<std::string> problems;
  const std::vector<const Scenario*> chosen = select(all, selectors, problems);
  for (const std::string& problem : problems) err << "sockrig list: " << problem << '\n';
  if (!problems.empty()) return 2;

  if (values.contains("json")) {
    auto array = nlohmann::ordered_json::array();
    for (const Scenario* s : chosen) array.push_back(as_json(*s));
    out << array.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  } else {
    print_table(chosen, out);
  }
  if (!chosen.empty()) return 0;
  err << "sockrig list: nothing is selected\n";
  return 3;
}

}  // namespace sockrig
