#include "cli/planted.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "catalogue/toml_reader.hpp"
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
  if (!value) throw std::runtime_error(fmt::format("{}: a mistake without '{}'", file, key));
  return *value;
}

std::vector<Planted> mistakes_in(const std::string& folder) {
  const std::string file = folder + "/mistakes.toml";
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& e) {
    throw std::runtime_error(fmt::format("{}: {}", file, e.description()));
  }
  std::vector<Planted> out;
  const toml::array* all = table.get_as<toml::array>("mistake");
  if (all == nullptr) throw std::runtime_error(file + " lists no mistakes");
  for (const toml::node& node : *all) {
    const toml::table* entry = node.as_table();
    const toml::array* fails = entry != nullptr ? (*entry)["fails"].as_array() : nullptr;
    if (fails == nullptr) throw std::runtime_error(file + ": a mistake without 'fails'");
    Planted p;
    p.name = text_of(*entry, "name", file);
    p.about = text_of(*entry, "about", file);
    const std::string role_word = text_of(*entry, "role", file);
    const auto role = parse_role(role_word);
    if (!role) throw std::runtime_error(fmt::format("{}: unknown role '{}'", file, role_word));
    p.role = *role;
    for (const toml::node& id : *fails) p.fails.insert(id.value<std::string>().value_or(""));
    const std::string program = folder + "/mistake-" + p.name;
    if (::access(program.c_str(), X_OK) == 0)
      p.command = word(program) + " {host} {port}";
    else
      p.untried = "there is no program " + program, p.missing = true;
    if (std::ranges::any_of(out, [&](const Planted& other) { return other.name == p.name; }))
      throw std::runtime_error(fmt::format("{}: {} is described twice", file, p.name));
    out.push_back(std::move(p));
  }
  return out;
}

// The name of a style begins with its role.
Role role_of_style(const std::string& name) {
  static const std::map<std::string, Role> roles{{"echo", Role::echo_server},
                                                 {"discard", Role::discard_server},
                                                 {"chargen", Role::chargen_server},
                                                 {"client", Role::client}};
  const auto found = roles.find(name.substr(0, name.find_first_of("-.")));
  if (found == roles.end()) throw std::runtime_error("style-" + name + ": its name does not begin with its role");
  return found->second;
}

Planted style(const std::string& folder, const std::string& name) {
  Planted p;
  p.name = name;
  p.mistake = false;
  p.role = role_of_style(name);
  if (name == "echo-in-turn") p.serves = Serves::in_turn;
  p.command = word(folder + "/style-" + name) + " {host} {port}";
  if (!name.ends_with(".py")) return p;
  const std::string python = find_program("python3");
  if (python.empty())
    p.command.clear(), p.untried = "there is no python3";
  else
    p.command = word(python) + " " + p.command;
  return p;
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
  std::vector<Planted> out = mistakes_in(folder);
  std::vector<std::string> styles;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("style-")) styles.push_back(name.substr(6));
    if (!name.starts_with("mistake-")) continue;
    if (std::ranges::none_of(out, [&](const Planted& p) { return "mistake-" + p.name == name; }))
      throw std::runtime_error(fmt::format("{}/{} is not in mistakes.toml", folder, name));
  }
  std::ranges::sort(styles);
  for (const std::string& name : styles) out.push_back(style(folder, name));
  return out;
}

Comparison compare(const std::set<std::string>& wanted, const std::vector<Result>& results) {
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
        if (should_fail)
          c.noticed.push_back(r.id);
        else
          c.blamed.push_back(told(r));
        break;
      case Outcome::skipped:
        ++c.skipped;
        if (should_fail) (r.reason.starts_with("needs a private network") ? c.untried : c.missed).push_back(told(r));
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
  return out;
}

}  // namespace sockrig
