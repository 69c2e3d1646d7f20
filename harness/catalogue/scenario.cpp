// One scenario file: TOML to a checked Scenario.
#include "catalogue/scenario.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "catalogue/scenario_file.hpp"
#include "catalogue/script_check.hpp"
#include "catalogue/toml_reader.hpp"

namespace sockrig {
namespace {

constexpr std::int64_t largest_buffer = 1 << 30;

// The file as it was written, to find where a script's text begins, and the problems found in it.
struct Source {
  std::string_view text;
  const std::string& file;
  Diagnostics& out;
};

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string guess = nearest(word, candidates);
  return guess.empty() ? "" : fmt::format(" (did you mean '{}'?)", guess);
}

std::vector<std::string> role_words() {
  std::vector<std::string> words;
  for (const Role r : {Role::echo_server, Role::discard_server, Role::chargen_server, Role::client}) {
    words.emplace_back(to_string(r));
  }
  return words;
}

void read_role(TableReader& top, const toml::node& node, Scenario& s) {
  const std::string& word = node.as_string()->get();
  const auto role = parse_role(word);
  if (!role) {
    top.problem(
        node, fmt::format("unknown role '{}'{} (expected echo-server, discard-server, chargen-server or client)", word,
                          did_you_mean(word, role_words())));
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
    const auto serves = parse_serves(*word);
    if (!serves) {
      top.problem("serves", fmt::format("cannot serve '{}'{} (expected one, in-turn or at-once)", *word,
                                        did_you_mean(*word, {"one", "in-turn", "at-once"})));
    }
    s.serves = serves.value_or(Serves::one);
    if (!s.roles.empty() && std::none_of(s.roles.begin(), s.roles.end(), is_server)) {
      top.problem("serves", "'serves' is said of servers, and no role here is one");
    }
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
  if (lends_handler && fault.rule.amount == 0 && s.level == Level::must) {
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
  const bool interrupts = std::any_of(s.faults.begin(), s.faults.end(),
                                      [](const Fault& f) { return f.rule.verb == wire::Verb::interrupt; });
  const std::size_t listed = node != nullptr && node->is_array() ? node->as_array()->size() : 0;
  const bool conditional = s.must_with_handler && s.level == Level::should;
  if (conditional && !interrupts && listed == s.faults.size()) {
    top.problem("must_when", "'must_when' is about signals, and nothing is interrupted here");
  }
}

bool is_name(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || more.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, text.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), ignored.data()) == 1;
}

void read_sysctls(const toml::table& table, Scenario& s, TableReader& world) {
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    if (!name.starts_with("net.") || !is_name(name, "._-") || name.find("..") != std::string::npos) {
      world.problem(value, fmt::format("'{}' is no setting of a network namespace: expected a name like "
                                       "\"net.ipv4.tcp_syncookies\" (in quotes)",
                                       name));
    } else if (value.is_integer()) {
      s.sysctls[name] = std::to_string(value.as_integer()->get());
    } else if (value.is_string() && is_name(value.as_string()->get(), "._- \t")) {
      s.sysctls[name] = value.as_string()->get();
    } else {
      world.problem(value, fmt::format("'{}' must be a whole number or a word, not {}", name, type_name(value)));
    }
  }
}

void read_hosts(TableReader& world, Scenario& s) {
  for (const toml::node* node : world.strings("hosts")) {
    const std::string& line = node->as_string()->get();
    std::istringstream words(line);
    std::string address, name;
    words >> address;
    int names = 0;
    bool good = is_address(address);
    while (words >> name) good = is_name(name, ".-_") && good, ++names;
    if (!good || names == 0 || line.find('\n') != std::string::npos) {
      world.problem(
          *node,
          fmt::format("'{}' is no line of a hosts file: expected ADDRESS NAME, as in \"127.0.0.1 one.test\"", line));
    } else {
      s.hosts.push_back(line);
    }
  }
}

void read_world(TableReader& top, Scenario& s, const Source& source) {
  const toml::table* table = top.table("world");
  if (table == nullptr) return;
  TableReader world(*table, "[world]", source.file, source.out);
  const auto namespaces = world.yes_or_no("namespaces");
  if (const toml::table* sysctls = world.table("sysctl")) read_sysctls(*sysctls, s, world);
  s.mtu = static_cast<std::uint32_t>(world.number("mtu", 68, 65535).value_or(0));
  read_hosts(world, s);
  if (const auto host = world.line("host")) {
    if (!is_name(*host, ".:-_")) world.problem("host", fmt::format("'{}' is neither a name nor an address", *host));
    s.host = *host;
  }
  const bool implied = !s.sysctls.empty() || s.mtu != 0 || !s.hosts.empty();
  if (namespaces == false && implied) {
    world.problem("namespaces", "sysctl, mtu and hosts need a private network: 'namespaces' cannot be false");
  }
  s.needs_namespaces = namespaces.value_or(false) || implied;
  world.refuse_the_rest();
}

std::uint64_t read_buffer(TableReader& peer, std::string_view key) {
  const toml::node* node = peer.find(key);
  if (node == nullptr) return 0;
  std::uint64_t bytes = 0;
  if (node->is_integer()) {
    bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(node->as_integer()->get(), 0));
  } else if (!node->is_string() || !parse_size(node->as_string()->get(), bytes)) {
    peer.problem(*node, fmt::format("'{}' must be a size such as \"4 KiB\"", key));
    return 0;
  }
  if (bytes >= 1 && bytes <= static_cast<std::uint64_t>(largest_buffer)) return bytes;
  peer.problem(*node, fmt::format("'{}' is out of range: expected 1 B to 1 GiB", key));
  return 0;
}

void read_peer(TableReader& top, Scenario& s, const Source& source) {
  const toml::table* table = top.table("peer");
  if (table == nullptr) return;
  TableReader peer(*table, "[peer]", source.file, source.out);
  s.receive_buffer = read_buffer(peer, "receive_buffer");
  s.send_buffer = read_buffer(peer, "send_buffer");
  s.listens = peer.yes_or_no("listens").value_or(true);
  const bool server = std::any_of(s.roles.begin(), s.roles.end(), is_server);
  if (!s.listens && server) peer.problem("listens", "'listens' is for the role client: a server listens itself");
  peer.refuse_the_rest();
}

// The rest of the source from a position on.
std::string_view from_position(std::string_view text, const toml::source_position& where) {
  for (toml::source_index line = 1; line < where.line; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return "";
    text.remove_prefix(end + 1);
  }
  std::size_t i = where.line == 1 && text.starts_with("\xef\xbb\xbf") ? 3 : 0;  // a byte order mark has no column
  for (toml::source_index column = 1; column < where.column && i < text.size(); ++column) {
    do ++i;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80);
  }
  return text.substr(i);
}

std::string without_returns(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  }
  return out;
}

// Where the text of a string begins. Nothing if it is not written as it reads (escapes), so that no line or column
// could be trusted.
std::optional<Position> begin_of_text(const toml::node& node, std::string_view source) {
  const toml::source_position where = node.source().begin;
  const std::string raw = without_returns(from_position(source, where));
  Position p{static_cast<int>(where.line), static_cast<int>(where.column)};
  const bool triple = raw.starts_with("\"\"\"") || raw.starts_with("'''");
  std::string_view rest = std::string_view(raw).substr(std::min<std::size_t>(triple ? 3 : 1, raw.size()));
  p.column += triple ? 3 : 1;
  if (triple && rest.starts_with("\n")) {
    rest.remove_prefix(1);
    p = {p.line + 1, 1};
  }
  if (!rest.starts_with(without_returns(node.as_string()->get()))) return std::nullopt;
  return p;
}

// Parses the script at `key` for the roles that it serves.
void read_script(TableReader& reader, std::string_view key, const std::vector<Role>& roles, Scenario& s,
                 const Source& source) {
  const toml::node* node = reader.find(key);
  if (node == nullptr) return;
  if (!node->is_string()) {
    return reader.problem(*node, fmt::format("'{}' must be a string, not {}", key, type_name(*node)));
  }
  const auto begin = begin_of_text(*node, source.text);
  if (!begin) return reader.problem(*node, "a script is written as it reads: no backslashes in it");
  for (const bool client : {false, true}) {
    if (std::none_of(roles.begin(), roles.end(), [&](Role r) { return is_server(r) != client; })) continue;
    const std::size_t before = source.out.size();
    const Script script =
        parse_script(node->as_string()->get(), source.file, begin->line, client, source.out, begin->column);
    for (const Role r : roles) {
      if (is_server(r) != client) s.scripts[r] = script;
    }
    if (source.out.size() != before) continue;
    const ScriptLine* second = second_connection(script);
    if (second != nullptr && s.serves == Serves::one) {
      source.out.push_back(
          {source.file, second->line, 0,
           "a second connection: a server that serves one would not take it (say serves = \"in-turn\" or "
           "\"at-once\")"});
    }
    for (const ScriptLine& line : script) {
      for (const auto& together : line.steps) {
        for (const Step& step : together) {
          if (step.verb != StepVerb::accept || s.listens) continue;
          source.out.push_back(
              {source.file, line.line, step.column, "nobody can be accepted: [peer] says listens = false"});
        }
      }
    }
  }
}

void read_scripts(TableReader& top, Scenario& s, const Source& source) {
  const toml::table* table = top.table("script", true);
  if (table == nullptr) return;
  TableReader reader(*table, "[script]", source.file, source.out);
  const bool common = table->contains("peer");
  read_script(reader, "peer", s.roles, s, source);
  for (const std::string& word : role_words()) {
    const Role role = *parse_role(word);
    const bool listed = std::find(s.roles.begin(), s.roles.end(), role) != s.roles.end();
    if (!table->contains(word)) {
      reader.find(word);
      if (listed && !common)
        reader.problem("", fmt::format("the role {} has no script: expected '{}' or 'peer'", word, word));
    } else if (!listed && !s.roles.empty()) {
      reader.find(word);
      reader.problem(word, fmt::format("a script for {}, which 'role' does not list", word));
    } else if (common) {
      reader.find(word);
      reader.problem(word, "'peer' is the script of every role already: give either one for all or one for each");
    } else {
      read_script(reader, word, {role}, s, source);
    }
  }
  reader.refuse_the_rest();
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
  read_after(top, f);
  read_faults(top, s, source);
  read_world(top, s, source);
  read_peer(top, s, source);
  read_scripts(top, s, source);
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
