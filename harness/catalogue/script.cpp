#include "catalogue/script.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>

#include "catalogue/script_check.hpp"
#include "catalogue/script_table.hpp"

namespace sockrig {
namespace {

// A word of a script, or one of the signs : , & by itself.
struct Token {
  std::string_view text;
  int column;
};
using Tokens = std::span<const Token>;

struct Place {
  const std::string& file;
  int line;
  bool client_role;
  Diagnostics& out;
  void problem(int column, std::string message) const { out.push_back({file, line, column, std::move(message)}); }
};

bool is_sign(char c) {
  return c == ':' || c == ',' || c == '&';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

// Columns count characters, not bytes, as editors and the TOML parser do.
std::vector<Token> tokenize(std::string_view line, int first_column) {
  std::vector<Token> tokens;
  int column = first_column;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t end = i + 1;
    if (!is_space(line[i])) {
      while (!is_sign(line[i]) && end < line.size() && !is_space(line[end]) && !is_sign(line[end])) ++end;
      tokens.push_back({line.substr(i, end - i), column});
    }
    for (; i < end; ++i) column += (static_cast<unsigned char>(line[i]) & 0xc0) != 0x80;
  }
  return tokens;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// What was written from the first token to the last.
std::string written(Tokens tokens) {
  if (tokens.empty()) return "";
  const char* begin = tokens.front().text.data();
  const char* end = tokens.back().text.data() + tokens.back().text.size();
  return {begin, end};
}

std::vector<std::string_view> words_of(std::string_view form) {
  std::vector<std::string_view> words;
  for (const Token& token : tokenize(form, 1)) words.push_back(token.text);
  return words;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// A size is one word or two ("64KiB", "64 KiB"). Returns the number of words taken, 0 if it is none.
std::size_t take_size(Tokens tokens, std::uint64_t& bytes) {
  if (tokens.size() > 1 && is_number(tokens[0].text) &&
      parse_size(fmt::format("{} {}", tokens[0].text, tokens[1].text), bytes)) {
    return 2;
  }
  return !tokens.empty() && parse_size(tokens[0].text, bytes) ? 1 : 0;
}

bool is_loopback(std::string_view text) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

// How far a form was followed: all of it (`complete`), or up to the word `at`, where something else was expected.
struct Match {
  bool complete = false;
  std::size_t words = 0;  // of the form that were followed
  std::size_t at = 0;     // tokens taken
  std::string_view expected;
};

Match match_form(std::string_view form, Tokens tokens, Step& step, std::uint64_t& size) {
  Match m;
  for (std::string_view word : words_of(form)) {
    m.expected = word;
    if (m.at >= tokens.size()) return m;
    const std::string_view text = tokens[m.at].text;
    if (word == "SIZE") {
      const std::size_t taken = take_size(tokens.subspan(m.at), size);
      if (taken == 0) return m;
      m.at += taken;
    } else if (word == "NAME") {
      if (!is_connection_name(text) || is_reserved(text)) return m;
      step.name = text;
      ++m.at;
    } else if (word == "COUNTER") {
      const auto& known = kernel_counters();
      if (std::find(known.begin(), known.end(), text) == known.end()) return m;
      step.name = text;
      ++m.at;
    } else if (word == "ADDRESS") {
      if (!is_loopback(text)) return m;
      step.name = text;
      ++m.at;
    } else {
      if (text != word) return m;
      if (word == "stdin") step.name = word;
      ++m.at;
    }
    ++m.words;
  }
  m.complete = true;
  return m;
}

std::string described(std::string_view expected) {
  if (expected == "SIZE") return "a size such as 7, 64 KiB or 1 MiB";
  if (expected == "NAME") return "the name of a connection";
  if (expected == "COUNTER") return "a counter of the kernel such as ListenOverflows";
  if (expected == "ADDRESS") return "a loopback address such as 127.0.0.2";
  return fmt::format("'{}'", expected);
}

bool allowed_here(const VerbRow& row, bool client_role) {
  return row.side == Side::both || (row.side == Side::clients) == client_role;
}

// Nothing in the table fits: say what comes nearest.
void explain_unknown_step(ActorKind actor, Tokens tokens, const Place& place) {
  const ActorKind kind = table_actor(actor);
  const VerbRow* furthest = nullptr;
  Match best;
  std::vector<std::string> first_words, forms;
  const std::vector<std::string>& counters = kernel_counters();
  const VerbRow* elsewhere = nullptr;
  for (const VerbRow& row : verb_table()) {
    Step ignored;
    std::uint64_t size = 0;
    const Match m = match_form(row.form, tokens, ignored, size);
    if (row.actor != kind || !allowed_here(row, place.client_role)) {
      if (m.complete && (elsewhere == nullptr || row.actor == kind)) elsewhere = &row;
      continue;
    }
    forms.emplace_back(row.form);
    first_words.emplace_back(words_of(row.form).front());
    if (m.words > 0 && m.words > best.words) furthest = &row, best = m;
  }
  const std::string guess = nearest(written(tokens), forms);
  const bool other_role = elsewhere != nullptr && elsewhere->actor == kind;
  if (furthest != nullptr && !other_role) {
    const bool over = best.at >= tokens.size();
    const int column = over ? tokens.back().column : tokens[best.at].column;
    std::string others;
    const std::string_view verb = words_of(furthest->form).front();
    for (const std::string& form : forms) {
      if (words_of(form).front() == verb) others += fmt::format("{}'{}'", others.empty() ? "" : ", ", form);
    }
    return place.problem(
        column, over ? fmt::format("'{}' is not complete: expected {}", written(tokens), others)
                     : fmt::format("expected {} here, found '{}'{}; the forms are {}", described(best.expected),
                                   tokens[best.at].text, did_you_mean(guess), others));
  }
  if (elsewhere != nullptr) {
    return place.problem(tokens.front().column,
                         other_role ? fmt::format("'{}' is not for {}: it needs the {}", elsewhere->form,
                                                  place.client_role ? "the role client" : "server roles",
                                                  elsewhere->side == Side::clients ? "role client" : "role of a server")
                                    : fmt::format("'{}' is what {} does, not {}", elsewhere->form,
                                                  to_string(elsewhere->actor), to_string(actor)));
  }
  std::string word = guess;
  if (word.empty()) word = nearest(tokens.front().text, first_words);
  if (word.empty() && kind == ActorKind::kernel) {
    if (tokens.size() > 1 && tokens[1].text == "rises") word = nearest(tokens.front().text, counters);
  }
  place.problem(tokens.front().column,
                fmt::format("unknown verb '{}' for {}{}", tokens.front().text, to_string(actor), did_you_mean(word)));
}

void apply_modifier(const ModifierRow& row, std::uint64_t size, Step& step) {
  switch (row.bit) {
    case modifier_payload:
      step.payload = row.form == "of text" ? Payload::text : Payload::binary;
      break;
    case modifier_pieces:
      step.piece = size;
      break;
    case modifier_slowly:
      step.slowly = true;
      break;
    case modifier_dribbling:
      step.dribbling = true;
      break;
    case modifier_or_less:
      step.or_less = true;
      break;
    case modifier_once_idle:
      step.once_idle = true;
      break;
    default:
      break;
  }
}

// The modifiers after a step. False if one of them is wrong (which has been told).
bool parse_modifiers(const VerbRow& verb, Tokens tokens, Step& step, const Place& place) {
  unsigned seen = 0;
  while (!tokens.empty()) {
    const ModifierRow* found = nullptr;
    Match match;
    std::uint64_t size = 0;
    std::vector<std::string> allowed;
    for (const ModifierRow& row : modifier_table()) {
      if ((verb.modifiers & row.bit) != 0) allowed.emplace_back(row.form);
      Step ignored;
      std::uint64_t piece = 0;
      const Match m = match_form(row.form, tokens, ignored, piece);
      if (m.complete) found = &row, match = m, size = piece;
    }
    const int column = tokens.front().column;
    if (found == nullptr) {
      std::string guess = nearest(written(tokens), allowed);
      for (const std::string& form : allowed) {
        if (guess.empty() && !nearest(tokens.front().text, {std::string(words_of(form).front())}).empty()) guess = form;
      }
      place.problem(column,
                    fmt::format("unexpected '{}' after '{}'{}", written(tokens), verb.form, did_you_mean(guess)));
      return false;
    }
    std::string wrong;
    if ((verb.modifiers & found->bit) == 0) wrong = fmt::format("'{}' does not go with '{}'", found->form, verb.form);
    if ((seen & found->bit) != 0) wrong = fmt::format("'{}' is said twice", written(tokens.first(match.at)));
    if (found->bit == modifier_pieces && size == 0) wrong = "a piece has at least 1 byte";
    if (wrong.empty() &&
        step.dribbling + (step.piece != 0) + (found->bit == modifier_dribbling) + (found->bit == modifier_pieces) > 1) {
      wrong = "a step is sent in pieces or dribbling, not both";
    }
    if (!wrong.empty()) {
      place.problem(column, wrong);
      return false;
    }
    seen |= found->bit;
    apply_modifier(*found, size, step);
    tokens = tokens.subspan(match.at);
  }
  return true;
}

std::optional<Step> parse_step(ActorKind actor, Tokens tokens, const Place& place) {
  const VerbRow* found = nullptr;
  Match best;
  Step step;
  for (const VerbRow& row : verb_table()) {
    if (row.actor != table_actor(actor) || !allowed_here(row, place.client_role)) continue;
    Step candidate;
    std::uint64_t size = 0;
    const Match m = match_form(row.form, tokens, candidate, size);
    if (!m.complete || (found != nullptr && m.at <= best.at)) continue;
    found = &row;
    best = m;
    step = candidate;
    step.bytes = size;
  }
  if (found == nullptr) {
    explain_unknown_step(actor, tokens, place);
    return std::nullopt;
  }
  step.verb = found->verb;
  step.text = written(tokens);
  step.column = tokens.front().column;
  if (step.bytes == 0 && found->form.find("SIZE") != std::string_view::npos) {
    place.problem(step.column, fmt::format("'{}' does nothing: a size is at least 1", step.text));
    return std::nullopt;
  }
  if (!parse_modifiers(*found, tokens.subspan(best.at), step, place)) return std::nullopt;
  return step;
}

// steps [ "&" ]: false if any step is wrong (which has been told).
bool parse_steps(Tokens tokens, int end_column, ScriptLine& line, const Place& place) {
  if (!tokens.empty() && tokens.back().text == "&") {
    line.background = true;
    tokens = tokens.first(tokens.size() - 1);
  }
  if (tokens.empty()) {
    place.problem(end_column, "expected a step after ':'");
    return false;
  }
  bool good = true;
  line.steps.emplace_back();
  for (std::size_t begin = 0; begin <= tokens.size();) {
    std::size_t end = begin;
    while (end < tokens.size() && tokens[end].text != "," && tokens[end].text != "&") ++end;
    if (end == begin) {
      const bool last = end == tokens.size();
      place.problem(last ? tokens.back().column : tokens[end].column,
                    fmt::format("expected a step {} '{}'", last ? "after" : "before",
                                last ? tokens.back().text : tokens[end].text));
      return false;
    }
    if (const auto step = parse_step(line.actor, tokens.subspan(begin, end - begin), place)) {
      line.steps.back().push_back(*step);
    } else {
      good = false;
    }
    if (end < tokens.size() && tokens[end].text == ",") line.steps.emplace_back();
    begin = end + 1;
  }
  return good;
}

std::optional<ActorKind> fixed_actor(std::string_view word) {
  for (const ActorKind kind : {ActorKind::subject, ActorKind::second, ActorKind::kernel, ActorKind::standard_input,
                               ActorKind::standard_output, ActorKind::port, ActorKind::queue}) {
    if (word == to_string(kind)) return kind;
  }
  return std::nullopt;
}

bool parse_count(const Token& token, std::uint32_t& count, const Place& place) {
  const auto [end, error] = std::from_chars(token.text.data(), token.text.data() + token.text.size(), count);
  if (error == std::errc() && end == token.text.data() + token.text.size() && count >= 1 && count <= 10000) return true;
  place.problem(token.column, fmt::format("'{}' connections: expected a number from 1 to 10000", token.text));
  return false;
}

// actor ":" — the tokens before the colon.
bool parse_actor(Tokens tokens, ScriptLine& line, const Place& place) {
  const Token first = tokens.front();
  const bool counted = tokens.size() > 1 && std::isdigit(static_cast<unsigned char>(first.text.front()));
  if (counted && !parse_count(first, line.count, place)) return false;
  const Token name = counted ? tokens[1] : first;
  line.name = name.text;
  Tokens rest = tokens.subspan(counted ? 2 : 1);
  if (const auto kind = fixed_actor(name.text)) {
    line.actor = *kind;
    if (counted || !rest.empty()) {
      place.problem(first.column, fmt::format("there is only one '{}': expected '{}:'", name.text, name.text));
      return false;
    }
    const bool standard = *kind == ActorKind::standard_input || *kind == ActorKind::standard_output;
    if (*kind == ActorKind::queue && !place.client_role) {
      place.problem(name.column, "'queue' is for the role client: a server's queue is its own");
      return false;
    }
    if (standard && !place.client_role) {
      place.problem(name.column,
                    fmt::format("'{}' is for the role client: a server is talked to through connections", name.text));
      return false;
    }
    return true;
  }
  line.actor = ActorKind::connection;
  if (!is_connection_name(name.text) || is_reserved(name.text)) {
    place.problem(name.column, is_reserved(name.text)
                                   ? fmt::format("'{}' cannot name a connection: the word has a meaning", name.text)
                                   : fmt::format("'{}' is no name: expected small letters, digits and '_'", name.text));
    return false;
  }
  if (rest.size() == 2 && rest[0].text == "in" && rest[1].text == "turn") {
    line.in_turn = true;
    rest = {};
    if (!counted) {
      place.problem(first.column, fmt::format("'in turn' needs a number: expected 'COUNT {} in turn'", name.text));
      return false;
    }
  }
  if (!rest.empty()) {
    place.problem(rest.front().column, fmt::format("unexpected '{}' before ':' (an actor is NAME, COUNT NAME or COUNT "
                                                   "NAME in turn)",
                                                   written(rest)));
    return false;
  }
  return true;
}

// One line without its comment. Nothing if it is wrong (which has been told).
std::optional<ScriptLine> parse_line(std::string_view text, int first_column, const Place& place) {
  const std::vector<Token> tokens = tokenize(text, first_column);
  const auto colon = std::find_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.text == ":"; });
  if (colon == tokens.end() || colon == tokens.begin()) {
    place.problem(tokens.front().column, "expected 'ACTOR: STEPS', such as 'a: send 64 KiB' or 'subject: exits 0'");
    return std::nullopt;
  }
  const std::size_t at = static_cast<std::size_t>(colon - tokens.begin());
  ScriptLine line;
  line.text = trim(text);
  line.line = place.line;
  const bool actor = parse_actor(Tokens(tokens).first(at), line, place);
  if (!actor || !parse_steps(Tokens(tokens).subspan(at + 1), colon->column, line, place)) return std::nullopt;
  return line;
}

}  // namespace

bool is_connection_name(std::string_view word) {
  if (word.empty() || word.front() < 'a' || word.front() > 'z') return false;
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool parse_size(std::string_view text, std::uint64_t& bytes) {
  text = trim(text);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  const std::string_view unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  unsigned shift = 0;
  if (unit == "KiB") {
    shift = 10;
  } else if (unit == "MiB") {
    shift = 20;
  } else if (unit == "GiB") {
    shift = 30;
  } else if (!unit.empty() && unit != "B") {
    return false;
  }
  if (number > std::numeric_limits<std::uint64_t>::max() >> shift) return false;
  bytes = number << shift;
  return true;
}

Script parse_script(std::string_view text, const std::string& file, int first_line, bool client_role, Diagnostics& out,
                    int first_column) {
  Script script;
  bool complete = true;  // no line was left out: what is said of the whole can be trusted
  bool empty = true;
  int number = first_line;
  for (std::size_t begin = 0; begin <= text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    line = line.substr(0, line.find('#'));
    const int column = begin == 0 ? first_column : 1;
    begin = end + 1;
    if (trim(line).empty()) continue;
    empty = false;
    if (const auto parsed = parse_line(line, column, {file, number, client_role, out})) {
      script.push_back(*parsed);
    } else {
      complete = false;
    }
  }
  if (empty) {
    out.push_back({file, first_line, first_column, "the script is empty: it must say what is done"});
  } else if (complete) {
    check_script(script, file, out);
  }
  return script;
}

}  // namespace sockrig
