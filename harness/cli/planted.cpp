#include "cli/planted.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "catalogue/toml_reader.hpp"
#include "cli/blame.hpp"
#include "cli/program_file.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;

// As one word of a command.
std::string word(const std::string& path) {
  return path.find_first_of(" \t'\"\\") == path.npos ? path : "\"" + path + "\"";
}

std::string text_of(const toml::table& entry, const char* key, const std::string& file) {
  const auto value = entry[key].value<std::string>();
  if (!value) throw std::runtime_error(fmt::format("{}: an entry without '{}'", file, key));
  return *value;
}

Role role_of(const toml::table& entry, const std::string& file) {
  const std::string word = text_of(entry, "role", file);
  const auto role = parse_role(word);
  if (!role) throw std::runtime_error(fmt::format("{}: unknown role '{}'", file, word));
  return *role;
}

Serves serves_of(const toml::table& entry, const std::string& file) {
  const std::string word = entry["serves"].value_or(std::string("at-once"));
  const auto serves = parse_serves(word);
  if (!serves) throw std::runtime_error(fmt::format("{}: cannot serve '{}'", file, word));
  return *serves;
}

std::set<std::string> ids_of(const toml::array* ids) {
  std::set<std::string> out;
  if (ids == nullptr) return out;
  for (const toml::node& id : *ids) out.insert(id.value_or(std::string()));
  return out;
}

// A code, or a list of those that chance may choose from.
std::set<std::string> codes_of(const toml::node& node) {
  std::set<std::string> out;
  if (const auto code = node.value<std::string>()) out.insert(*code);
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& code : *list) out.insert(code.value_or(std::string()));
  }
  return out;
}

// Codes alone are those of the first claim of `fails`; a table names the claims.
std::map<std::string, std::set<std::string>> diagnoses_of(const toml::table& entry, const toml::array& fails) {
  std::map<std::string, std::set<std::string>> out;
  const toml::node* diagnosis = entry.get("diagnosis");
  if (diagnosis == nullptr || fails.empty()) return out;
  if (const toml::table* table = diagnosis->as_table()) {
    for (const auto& [id, codes] : *table) out[std::string(id.str())] = codes_of(codes);
  } else {
    out[fails[0].value_or(std::string())] = codes_of(*diagnosis);
  }
  return out;
}

// Calls read(entry) for each table of the array `key` of the file.
template <typename Read>
void for_each_entry(const std::string& file, const char* key, Read read) {
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& e) {
    throw std::runtime_error(fmt::format("{}: {}", file, e.description()));
  }
  const toml::array* all = table.get_as<toml::array>(key);
  if (all == nullptr) throw std::runtime_error(fmt::format("{} lists no '{}'", file, key));
  for (const toml::node& node : *all) {
    if (!node.is_table()) throw std::runtime_error(fmt::format("{}: each '{}' must be a table", file, key));
    read(*node.as_table());
  }
}

void add(std::vector<Planted>& all, Planted p, const std::string& file) {
  const bool twice = std::ranges::any_of(
      all, [&](const Planted& other) { return other.name == p.name && other.mistake == p.mistake; });
  if (twice) throw std::runtime_error(fmt::format("{}: {} is described twice", file, p.name));
  all.push_back(std::move(p));
}

void add_mistakes(const std::string& folder, std::vector<Planted>& all) {
  const std::string file = folder + "/mistakes.toml";
  for_each_entry(file, "mistake", [&](const toml::table& entry) {
    const toml::array* fails = entry["fails"].as_array();
    if (fails == nullptr) throw std::runtime_error(file + ": a mistake without 'fails'");
    Planted p;
    p.name = text_of(entry, "name", file);
    p.about = text_of(entry, "about", file);
    p.role = role_of(entry, file);
    p.serves = serves_of(entry, file);
    p.stop = entry["stop"].value_or(p.stop);
    p.diagnoses = diagnoses_of(entry, *fails);
    p.fails = ids_of(fails);
    p.may_fail = ids_of(entry["may_fail"].as_array());
    const std::string program = folder + "/mistake-" + p.name;
    p.command = word(program) + " {host} {port}";
    if (::access(program.c_str(), X_OK) != 0)
      p.command.clear(), p.untried = "there is no program " + program, p.missing = true;
    add(all, std::move(p), file);
  });
}

void add_styles(const std::string& folder, std::vector<Planted>& all) {
  const std::string file = folder + "/styles.toml";
  for_each_entry(file, "style", [&](const toml::table& entry) {
    Planted p;
    p.name = text_of(entry, "name", file);
    p.mistake = false;
    p.role = role_of(entry, file);
    p.serves = serves_of(entry, file);
    p.stop = entry["stop"].value_or(p.stop);
    const std::string program = folder + "/style-" + p.name, needs = entry["needs"].value_or(std::string());
    p.command = word(program) + " {host} {port}";
    if (needs == "python3") {
      const std::string python = find_program("python3");
      p.command = word(python) + " " + p.command;
      if (python.empty()) p.untried = "there is no python3";
    } else if (::access(program.c_str(), X_OK) != 0) {
      p.missing = needs.empty();
      p.untried = p.missing ? "there is no program " + program : "there was no " + needs + " to build it";
    }
    if (!p.untried.empty()) p.command.clear();
    add(all, std::move(p), file);
  });
}

bool may_fail(const Planted& program, const Result& r) {
  return program.may_fail.contains(r.id) || program.may_fail.contains("*");
}

// It depends on a claim that noticed the mistake first, by chance.
bool skipped_by_chance(const Planted& program, const Result& skipped, const std::vector<Result>& results) {
  return std::ranges::any_of(results, [&](const Result& r) {
    return r.outcome == Outcome::fail && may_fail(program, r) && skipped.reason == depends_on(r.id);
  });
}

std::string told(const Result& r) {
  const std::string code = r.diagnosis ? " [" + r.diagnosis->code + "]" : "";
  return fmt::format("{}: {}{} — {}", r.id, to_string(r.outcome), code, r.reason.substr(0, 200));
}

}  // namespace

std::vector<Planted> planted_programs(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw std::runtime_error("no planted programs at " + folder + ": build or install all of sockrig");
  std::vector<Planted> out;
  add_mistakes(folder, out);
  add_styles(folder, out);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename();
    if (!file.starts_with("mistake-") && !file.starts_with("style-")) continue;
    const bool described = std::ranges::any_of(
        out, [&](const Planted& p) { return (p.mistake ? "mistake-" : "style-") + p.name == file; });
    if (!described) throw std::runtime_error(fmt::format("{}/{} is in neither table", folder, file));
  }
  return out;
}

std::map<std::string, std::string> unplanted_claims(const std::string& folder) {
  const std::string file = folder + "/mistakes.toml";
  std::map<std::string, std::string> out;
  for_each_entry(file, "unplanted", [&](const toml::table& entry) {
    const std::string claim = text_of(entry, "claim", file);
    if (!out.emplace(claim, text_of(entry, "why", file)).second)
      throw std::runtime_error(fmt::format("{}: {} is listed twice as unplanted", file, claim));
  });
  return out;
}

Comparison compare(const Planted& program, const std::set<std::string>& wanted, const std::vector<Result>& results) {
  Comparison c;
  for (const std::string& id : wanted) {
    if (std::ranges::none_of(results, [&](const Result& r) { return r.id == id; }))
      c.missed.push_back(id + ": does not apply to this role");
  }
  for (const Result& r : results) {
    const bool should_fail = wanted.contains(r.id);
    switch (r.outcome) {
      case Outcome::pass:
        ++c.passed;
        if (should_fail) c.missed.push_back(told(r));
        break;
      case Outcome::fail:
        if (should_fail) {
          c.noticed.push_back(r.id);
          const auto codes = program.diagnoses.find(r.id);
          if (codes != program.diagnoses.end() && (!r.diagnosis || !codes->second.contains(r.diagnosis->code)))
            c.misdiagnosed.push_back(fmt::format("{} — should be [{}]", told(r), fmt::join(codes->second, "] or [")));
        } else if (!may_fail(program, r))
          c.blamed.push_back(told(r));
        break;
      case Outcome::skipped:
        ++c.skipped;
        if (!should_fail || skipped_by_chance(program, r, results)) break;
        (r.reason.starts_with("needs a private network") ? c.untried : c.missed).push_back(told(r));
        break;
      case Outcome::inconclusive:
      case Outcome::error:
        c.undecided.push_back(told(r));
        break;
    }
  }
  return c;
}

std::string to_string(const Comparison& c) {
  std::string out;
  const auto add = [&](const char* title, const std::vector<std::string>& lines) {
    if (!lines.empty()) out += std::string(title) + ":\n";
    for (const std::string& line : lines) out += "  " + line + "\n";
  };
  add("not noticed", c.missed);
  add("blamed without cause", c.blamed);
  add("undecided", c.undecided);
  add("explained otherwise", c.misdiagnosed);
  return out;
}

}  // namespace sockrig
