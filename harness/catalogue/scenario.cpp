// One scenario file: TOML to a checked Scenario.
#include "catalogue/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "catalogue/scenario_file.hpp"
#include "catalogue/scenario_tables.hpp"
#include "catalogue/toml_reader.hpp"

namespace sockrig {

std::vector<std::string> role_words() {
  std::vector<std::string> words;
  for (const Role r : {Role::echo_server, Role::discard_server, Role::chargen_server, Role::client, Role::custom}) {
    words.emplace_back(to_string(r));
  }
  return words;
}

namespace {

void read_role(TableReader& top, const toml::node& node, Scenario& s) {
  const std::string& word = node.as_string()->get();
  const auto role = parse_role(word);
  if (!role) {
    top.problem(
        node,
        fmt::format("unknown role '{}'{} (expected echo-server, discard-server, chargen-server, client or custom)",
                    word, did_you_mean(word, role_words())));
  } else if (std::find(s.roles.begin(), s.roles.end(), *role) != s.roles.end()) {
    top.problem(node, fmt::format("role '{}' is given twice", word));
  } else {
    s.roles.push_back(*role);
  }
}

void read_roles(TableReader& top, Scenario& s) {
  const toml::node* node = top.find("role");
  if (node == nullptr) return top.problem("role", "'role' is missing");
  if (node->is_string()) return read_role(top, *node, s);
  if (!node->is_array()) {
    return top.problem(*node, fmt::format("'role' must be a string or an array of strings, not {}", type_name(*node)));
  }
  const auto words = top.strings("role");
  for (const toml::node* word : words) read_role(top, *word, s);
  if (node->as_array()->empty()) top.problem(*node, "'role' names no role");
}

void read_level(TableReader& top, Scenario& s) {
  s.level = Level::should;  // asks the least of the rest, should the word be missing or wrong
  if (const auto word = top.line("level", true)) {
    const auto level = parse_level(*word);
    if (!level) top.problem("level", fmt::format("unknown level '{}' (expected must or should)", *word));
    s.level = level.value_or(Level::should);
  }
  if (const auto word = top.line("must_when")) {
    s.must_with_handler = *word == "handler";
    if (!s.must_with_handler) {
      top.problem("must_when", fmt::format("unknown condition '{}' (expected handler)", *word));
    } else if (s.level == Level::must) {
      top.problem("must_when", "'must_when' goes with level = \"should\": this claim is a must anyway");
    }
  }
  if (const auto word = top.line("serves")) {
    s.only_one = *word == "only-one";
    const auto serves = s.only_one ? Serves::one : parse_serves(*word);
    if (!serves) {
      top.problem("serves", fmt::format("cannot serve '{}'{} (expected only-one, one, in-turn or at-once)", *word,
                                        did_you_mean(*word, {"only-one", "one", "in-turn", "at-once"})));
    }
    s.serves = serves.value_or(Serves::one);
    if (!s.roles.empty() && std::none_of(s.roles.begin(), s.roles.end(), is_server)) {
      top.problem("serves", "'serves' is said of servers, and no role here is one");
    }
  }
}

void read_rounds(TableReader& top, Scenario& s) {
  s.rounds = static_cast<std::uint32_t>(top.number("rounds", 2, 1000).value_or(1));
  if (s.rounds > 1 && std::any_of(s.roles.begin(), s.roles.end(), is_server)) {
    top.problem("rounds", "'rounds' is for the role client: a server is not started anew for each connection");
  }
}

void read_after(TableReader& top, ScenarioFile& f) {
  for (const toml::node* node : top.strings("after")) {
    const std::string& id = node->as_string()->get();
    if (id == f.scenario.id) {
      top.problem(*node, "a claim cannot come after itself");
    } else if (std::count(id.begin(), id.end(), '/') != 1) {
      top.problem(*node, fmt::format("'{}' is no id: expected CHAPTER/NAME", id));
    } else {
      f.scenario.after.push_back(id);
      f.after.push_back({static_cast<int>(node->source().begin.line), static_cast<int>(node->source().begin.column)});
    }
  }
}

void read_explains(TableReader& top, Scenario& s) {
  s.explains = top.line("explains").value_or("");
  const bool known = s.explains == dead_connection || s.explains == cross_talk || s.explains == unserved;
  if (!s.explains.empty() && !known)
    top.problem("explains", fmt::format("'{}' is no defect that is told apart: expected {}, {} or {}", s.explains,
                                        dead_connection, cross_talk, unserved));
}

// What a fault asks of the scenario around it. Returns what is wrong.
std::string fault_in_scenario(const Fault& fault, const Scenario& s) {
  using wire::Family;
  const std::uint32_t families = fault.rule.families;
  const bool client = std::find(s.roles.begin(), s.roles.end(), Role::client) != s.roles.end();
  const bool server = std::any_of(s.roles.begin(), s.roles.end(), is_server);
  if (client && (families & ~(bit(Family::listen) | bit(Family::accept))) == 0) {
    return fmt::format("'{}' can never fire in a client: it does not listen", fault.text);
  }
  if (server && families == bit(Family::connect)) {
    return fmt::format("'{}' can never fire in a server: it does not connect", fault.text);
  }
  const bool lends_handler = fault.rule.verb == wire::Verb::interrupt && fault.rule.handler == wire::Handler::given;
  if (lends_handler && !fault.rule.after_part && s.level == Level::must) {
    return fmt::format(
        "'{}' with a handler that is given is licensed only for level = \"should\": say handler = \"own\", "
        "or level = \"should\" and must_when = \"handler\"",
        fault.text);
  }
  return "";
}

void read_fault(const toml::node& node, Scenario& s, const Source& source) {
  if (!node.is_table()) {
    source.out.push_back(at(source.file, node.source().begin, "each fault must be a table: '[[fault]]'"));
    return;
  }
  const toml::table& table = *node.as_table();
  TableReader reader(table, "[[fault]]", source.file, source.out);
  const auto kind = reader.line("kind", true);
  FaultArguments arguments;
  bool readable = kind.has_value();
  for (const auto& [key, value] : table) {
    if (key.str() == "kind") continue;
    if (value.is_integer()) {
      arguments.emplace(key.str(), value.as_integer()->get());
    } else if (value.is_string()) {
      arguments.emplace(key.str(), value.as_string()->get());
    } else {
      reader.problem(value, fmt::format("'{}' must be a whole number or a word, not {}", key.str(), type_name(value)));
      readable = false;
    }
  }
  if (!readable) return;
  Fault fault;
  std::string key;
  std::string wrong = make_fault(*kind, arguments, fault, key);
  if (wrong.empty()) wrong = fault_in_scenario(fault, s);
  if (wrong.empty()) {
    s.faults.push_back(std::move(fault));
  } else {
    const auto it = table.find(key);
    const bool unknown = wrong.find("does not take") != std::string::npos;
    if (it != table.end() && unknown) return source.out.push_back(at(source.file, it->first.source().begin, wrong));
    reader.problem(key.empty() ? "kind" : key, wrong);
  }
}

void read_faults(TableReader& top, Scenario& s, const Source& source) {
  const toml::node* node = top.find("fault");
  if (node != nullptr && !node->is_array()) {
    top.problem(*node, "faults are written as '[[fault]]', each with a table of its own");
  } else if (node != nullptr) {
    for (const toml::node& element : *node->as_array()) read_fault(element, s, source);
    if (node->as_array()->size() > wire::max_rules) {
      top.problem(*node, fmt::format("{} faults are too many: at most {}", node->as_array()->size(), wire::max_rules));
    }
  }
  const bool interrupts = std::any_of(s.faults.begin(), s.faults.end(), [](const Fault& f) {
    const bool sends = f.rule.families == bit(wire::Family::send);
    return f.rule.verb == wire::Verb::interrupt || (f.rule.verb == wire::Verb::clamp && sends);
  });
  const std::size_t listed = node != nullptr && node->is_array() ? node->as_array()->size() : 0;
  const bool conditional = s.must_with_handler && s.level == Level::should;
  if (conditional && !interrupts && listed == s.faults.size()) {
    top.problem("must_when", "'must_when' is about signals, and nothing that one could cut is cut here");
  }
}

// splice(2) holds a pipe's lock while it waits for the connection: who reads the pipe meanwhile waits with it. And only
// so much is sure to fit into it (pipe(7): pipe-user-pages-soft).
void check_piped_output(const Scenario& s, const Source& source) {
  constexpr std::uint64_t holds = 4096;
  const auto script = s.scripts.find(Role::client);
  if (!s.output_is_pipe || script == s.scripts.end()) return;
  bool ended = false;
  std::uint64_t sent = 0;
  for (const ScriptLine& line : script->second) {
    const bool of_subject = line.actor == ActorKind::subject && !line.background;
    for (const auto& together : line.steps) {
      for (const Step& step : together) {
        const auto refuse = [&](const char* why) { source.out.push_back({source.file, line.line, step.column, why}); };
        if (of_subject && (step.verb == StepVerb::start || step.verb == StepVerb::restart)) ended = false;
        if (of_subject && step.verb == StepVerb::exits_zero) ended = true;
        if (line.actor == ActorKind::connection && (step.verb == StepVerb::send || step.verb == StepVerb::send_up_to))
          sent += step.bytes * line.count;
        if (line.actor == ActorKind::standard_output && !ended)
          return refuse("with stdout = \"pipe\" its output is read after 'subject: exits 0'");
        if (sent > holds)
          return refuse("with stdout = \"pipe\" no more than 4 KiB may come: nobody reads it meanwhile");
      }
    }
  }
}

void read_scenario(const toml::table& table, ScenarioFile& f, const Source& source) {
  Scenario& s = f.scenario;
  TableReader top(table, "", source.file, source.out);
  s.claim = top.line("claim", true).value_or("");
  s.clause = top.line("clause", true).value_or("");
  s.hint = top.text("hint", true).value_or("");
  s.about = top.text("about").value_or("");
  read_roles(top, s);
  read_level(top, s);
  read_rounds(top, s);
  read_after(top, f);
  read_explains(top, s);
  read_faults(top, s, source);
  read_world(top, s, source);
  read_subject(top, s, source);
  read_peer(top, s, source);
  read_scripts(top, s, source);
  check_piped_output(s, source);
  top.refuse_the_rest();
}

// The parser gave up at a table's name without saying where: the first "[" with no name after it.
Diagnostic no_table_name(std::string_view text, const std::string& file) {
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    const std::size_t bracket = line.find_first_not_of(" \t");
    if (bracket == std::string_view::npos || line[bracket] != '[') continue;
    std::size_t name = bracket + 1;
    if (name < line.size() && line[name] == '[') ++name;
    name = line.find_first_not_of(" \t", name);
    if (name != std::string_view::npos && (std::isalnum(static_cast<unsigned char>(line[name])) != 0 ||
                                           std::string_view("_-\"'").find(line[name]) != std::string_view::npos)) {
      continue;
    }
    return {file, number, static_cast<int>(bracket) + 1, "expected the name of a table after '['"};
  }
  return {file, 1, 1, "this is not TOML"};
}

}  // namespace

std::optional<ScenarioFile> parse_file(std::string_view text, const std::string& id, const std::string& file,
                                       Diagnostics& problems) {
  Diagnostics found;
  ScenarioFile f;
  f.scenario.id = id;
  f.scenario.chapter = id.substr(0, id.find('/'));
  f.scenario.file = file;
  f.scenario.text = text;
  try {
    read_scenario(toml::parse(text), f, {text, file, found});
  } catch (const toml::parse_error& e) {
    found.push_back(at(file, e.source().begin, std::string(e.description())));
  } catch (const std::logic_error&) {
    found.push_back(no_table_name(text, file));
  }
  sort_problems(found);
  problems.insert(problems.end(), found.begin(), found.end());
  if (!found.empty()) return std::nullopt;
  return f;
}

std::optional<Scenario> parse_scenario(std::string_view text, const std::string& id, const std::string& file,
                                       Diagnostics& problems) {
  auto parsed = parse_file(text, id, file, problems);
  if (!parsed) return std::nullopt;
  return std::move(parsed->scenario);
}

}  // namespace sockrig
