// [script]: where its text begins in the file, and what it asks of the scenario around it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "catalogue/scenario_file.hpp"
#include "catalogue/scenario_tables.hpp"
#include "catalogue/script_check.hpp"

namespace sockrig {
namespace {

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

// What a script asks of its roles: a dialogue is held with the role custom alone, and there nobody but the dialogue
// knows what is answered.
void check_dialogue(const Script& script, const std::vector<Role>& roles, const Source& source) {
  const bool custom = std::find(roles.begin(), roles.end(), Role::custom) != roles.end();
  const bool others = std::any_of(roles.begin(), roles.end(), [](Role r) { return r != Role::custom; });
  for (const ScriptLine& line : script) {
    for (const auto& together : line.steps) {
      for (const Step& step : together) {
        const bool knows = step.verb == StepVerb::receive || step.verb == StepVerb::receive_echo ||
                           step.verb == StepVerb::receive_lines || step.verb == StepVerb::receive_end;
        std::string wrong;
        if (others && is_dialogue_verb(step.verb))
          wrong = fmt::format("'{}' needs the role custom: other servers have no dialogue", step.text);
        else if (custom && knows)
          wrong = "what a custom server answers only its dialogue knows: 'plays the dialogue'";
        if (!wrong.empty()) source.out.push_back({source.file, line.line, step.column, wrong});
      }
    }
  }
}

bool is_hold(const Fault& f) {
  return f.rule.verb == wire::Verb::hold;
}

// What is held must be let go, by the same script, and something must hold it.
void check_hold(const Script& script, const Scenario& s, const Source& source) {
  const bool holds = std::any_of(s.faults.begin(), s.faults.end(), is_hold);
  const ScriptLine* line = nullptr;
  const Step* held = nullptr;
  any_step(script, [&](const ScriptLine& l, const Step& step) {
    if (step.verb == StepVerb::is_released) held = nullptr;
    if (step.verb != StepVerb::is_held) return false;
    line = &l, held = &step;
    if (!holds)
      source.out.push_back(
          {source.file, l.line, step.column, "nothing holds it: 'is held' needs a [[fault]] of the kind held"});
    return false;
  });
  if (held != nullptr && holds)
    source.out.push_back(
        {source.file, line->line, held->column, "it is never let go: 'subject: is released' must follow"});
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
    check_dialogue(script, roles, source);
    check_hold(script, s, source);
    const ScriptLine* second = second_connection(script);
    if (second != nullptr && s.serves == Serves::one) {
      source.out.push_back(
          {source.file, second->line, 0,
           "a second connection: a server that serves one would not take it (say serves = \"in-turn\" or "
           "\"at-once\")"});
    }
    if (client && s.rounds > 1 && !ends_subject(script)) {
      reader.problem(*node, "with 'rounds' the script must see the end of the client, or it cannot be started anew");
    }
    for (const ScriptLine& line : script) {
      for (const auto& together : line.steps) {
        for (const Step& step : together) {
          const bool needs_listener = step.verb == StepVerb::accept || step.verb == StepVerb::begins_or_complains;
          if (!needs_listener || s.listens) continue;
          source.out.push_back(
              {source.file, line.line, step.column, "nobody can be accepted: [peer] says listens = false"});
        }
      }
    }
  }
}

}  // namespace

void read_scripts(TableReader& top, Scenario& s, const Source& source) {
  const toml::table* table = top.table("script", true);
  if (table == nullptr) return;
  TableReader reader(*table, "[script]", source.file, source.out);
  const bool common = table->contains("peer");
  const std::size_t before = source.out.size();
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
  const auto held = std::find_if(s.faults.begin(), s.faults.end(), is_hold);
  if (held == s.faults.end() || source.out.size() != before) return;
  if (std::none_of(s.scripts.begin(), s.scripts.end(), [](const auto& of) { return holds_subject(of.second); }))
    top.problem("fault", fmt::format("'{}' holds a call that no script lets go: expected 'subject: is held' and later "
                                     "'subject: is released'",
                                     held->text));
  if (std::count_if(s.faults.begin(), s.faults.end(), is_hold) > 1)
    top.problem("fault", "one call of a run is held: one [[fault]] of the kind held is enough");
}

}  // namespace sockrig
