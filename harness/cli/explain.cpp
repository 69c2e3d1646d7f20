// `sockrig explain`: one claim, the keys of a scenario file, the fault kinds, or the script language, for a person to
// read.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <ostream>

#include "catalogue/dialogue.hpp"
#include "catalogue/scenario.hpp"
#include "catalogue/scenario_keys.hpp"
#include "catalogue/script_table.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "judge/codes.hpp"
#include "reports/text.hpp"

namespace sockrig {
namespace {

namespace po = boost::program_options;

constexpr int width = 100;

std::string wrapped(std::string_view text, std::size_t indent) {
  return folded(text, std::string(indent, ' '), width);
}

void print_kind(const FaultKind& kind, std::ostream& out) {
  out << wrapped(kind.summary, 4) << wrapped(fmt::format("licence: {}", kind.licence), 4)
      << wrapped(fmt::format("never: {}", kind.never), 4);
}

void print_parameter(const FaultParameter& p, std::ostream& out) {
  const std::string values =
      p.words.empty() ? fmt::format("{}…{}", p.least, p.most) : fmt::format("{}", fmt::join(p.words, " | "));
  out << wrapped(fmt::format("{} = {}: {}", p.name, values, p.meaning), 6);
}

void print_faults(std::ostream& out) {
  for (const FaultKind* kind : fault_kinds()) {
    out << kind->name << '\n';
    print_kind(*kind, out);
    for (const FaultParameter& p : kind->parameters) print_parameter(p, out);
    out << '\n';
  }
  out << "Every kind also takes:\n";
  for (const FaultParameter& p : common_fault_parameters()) print_parameter(p, out);
}

void print_script_language(std::ostream& out) {
  out << "A script is lines 'ACTOR: STEPS', done from top to bottom. Steps are joined by ',' (one after the other) or "
         "'&'\n"
         "(at the same time). A line that ends with '&' goes on together with the lines that follow. '#' begins a "
         "comment.\n"
         "An actor is subject, second (a second start of the same program), kernel, queue (of the peer's own\n"
         "listener), stdin, stdout or a connection:\n"
         "'a:', '64 clients:' (side by side), '100 clients in turn:'. A SIZE is 7, 64 KiB, 1 MiB or 1 GiB.\n";
  const VerbHelp* last = nullptr;
  std::size_t form_width = 0;
  for (const VerbHelp& verb : script_verbs()) form_width = std::max(form_width, verb.form.size());
  for (const VerbHelp& verb : script_verbs()) {
    if (last == nullptr || last->actor != verb.actor) {
      out << '\n' << (verb.actor == ActorKind::subject ? "subject, second" : to_string(verb.actor)) << '\n';
    }
    out << fmt::format("  {:<{}}  {}\n", verb.form, form_width, verb.meaning);
    last = &verb;
  }
  out << "\nafter a step\n";
  for (const ModifierRow& row : modifier_table())
    out << fmt::format("  {:<{}}  {}\n", row.form, form_width, row.meaning);
  out << "\ncounters of the kernel\n" << wrapped(fmt::format("{}", fmt::join(kernel_counters(), " ")), 2);
}

void print_diagnoses(std::ostream& out) {
  out << wrapped(
      "The code of a diagnosis, as results.json has it. Where the calls prove a cause it is named; else what "
      "was seen.",
      0);
  for (const DiagnosisCode& d : diagnosis_codes()) out << "  " << d.code << '\n' << wrapped(d.meaning, 6);
}

// Each kind with what stands beside it in its table; what the values mean is told by --faults.
void print_fault_keys(std::ostream& out) {
  std::size_t longest = 0;
  for (const FaultKind* kind : fault_kinds()) longest = std::max(longest, kind->name.size());
  const auto names = [](std::span<const FaultParameter> parameters) {
    std::vector<std::string_view> words;
    for (const FaultParameter& p : parameters) words.push_back(p.name);
    return fmt::format("{}", fmt::join(words, ", "));
  };
  for (const FaultKind* kind : fault_kinds())
    out << fmt::format("    {:<{}}  {}\n", kind->name, longest, names(kind->parameters));
  out << fmt::format("    {:<{}}  {}\n", "each", longest, names(common_fault_parameters()));
}

void print_file_keys(std::ostream& out) {
  out << "A scenario is one TOML file, CHAPTER/NAME.toml in the folder of the scenarios: its id is CHAPTER/NAME.\n"
         "An unknown key is an error. A SIZE is a number of bytes or \"4 KiB\", \"1 MiB\", \"1 GiB\".\n";
  std::string_view table = "none yet";
  for (const ScenarioKey& key : scenario_keys()) {
    if (key.table != table) {
      if (table == "[[fault]]") print_fault_keys(out);
      out << '\n' << (key.table.empty() ? "above the first table" : key.table) << '\n';
      table = key.table;
    }
    out << "  " << key.key << " = " << key.values << '\n'
        << wrapped(key.meaning, 4)
        << wrapped(key.standard.empty() ? "required" : fmt::format("default: {}", key.standard), 4)
        << wrapped(fmt::format("example: {}", key.example), 4);
  }
  out << "\nAn example\n" << indented(scenario_example(), "    ");
}

void print_dialogue_language(std::ostream& out) {
  out << fmt::format(
      "A dialogue is what a client says to a server with a protocol of its own, and what that must answer, line by "
      "line:\n"
      "\n"
      "    # a comment\n"
      "    > hello\\n\n"
      "    < 5 HELLO\\n\n"
      "    > quit\\n\n"
      "    < end\n"
      "\n"
      "After '> ' stands what the client sends, after '< ' what the server must answer, byte for byte. 'end' is the\n"
      "end of that side's stream. A message is the bytes up to the end of its line, and no more: a line of text ends "
      "in\n"
      "\\n because it says so.\n"
      "Escapes: \\n \\r \\t \\0 \\\\ \\\" and the others of C, \\101 (octal), \\x41 (always two digits). A space at "
      "the end is\n"
      "written \\x20, and a message that is just the word end is written \\x65nd.\n"
      "A message has at most {} KiB, a dialogue at most {} lines and {} KiB.\n"
      "\n"
      "Messages that follow each other without an answer are sent one by one, each once the server waits. When all "
      "lines\n"
      "are done and the server has not ended its stream, nothing more may come from it until it waits.\n"
      "\n"
      "    sockrig run --custom-server './server {{port}}' --dialogue FILE\n",
      most_message_bytes >> 10, most_dialogue_lines, most_dialogue_bytes >> 10);
}

std::string roles_of(const Scenario& s) {
  std::vector<std::string_view> words;
  for (const Role role : s.roles) words.push_back(to_string(role));
  return fmt::format("{}", fmt::join(words, ", "));
}

void print_world(const Scenario& s, std::ostream& out) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : s.sysctls) lines.push_back(fmt::format("{} = {}", name, value));
  if (s.mtu != 0) lines.push_back(fmt::format("the loopback's MTU is {}", s.mtu));
  for (const std::string& line : s.hosts) lines.push_back(fmt::format("hosts: {}", line));
  if (!s.host.empty()) lines.push_back(fmt::format("{{host}} is {}", s.host));
  if (!s.service.empty()) lines.push_back(fmt::format("{{port}} is {}", s.service));
  if (!s.listen_address.empty()) lines.push_back(fmt::format("the peer listens on {} only", s.listen_address));
  if (s.receive_buffer != 0) lines.push_back(fmt::format("the peer's receive buffer is {} bytes", s.receive_buffer));
  if (s.send_buffer != 0) lines.push_back(fmt::format("the peer's send buffer is {} bytes", s.send_buffer));
  if (!s.listens) lines.emplace_back("nobody listens");
  if (s.needs_namespaces) lines.emplace_back("in a private network (needs namespaces)");
  if (lines.empty()) return;
  out << "\nWhere\n";
  for (const std::string& line : lines) out << wrapped(line, 4);
}

// Roles with the same script are told together.
void print_scripts(const Scenario& s, std::ostream& out) {
  out << "\nWhat is done\n";
  if (!s.about.empty()) out << wrapped(s.about, 4);
  std::vector<Role> told;
  for (const auto& [role, script] : s.scripts) {
    if (std::find(told.begin(), told.end(), role) != told.end()) continue;
    std::vector<std::string_view> words;
    for (const auto& [other, lines] : s.scripts) {
      if (lines != script) continue;
      told.push_back(other);
      words.push_back(to_string(other));
    }
    out << "  " << fmt::format("{}", fmt::join(words, ", ")) << '\n';
    for (const ScriptLine& line : script) out << "    " << line.text << '\n';
  }
}

void print_scenario(const Scenario& s, std::ostream& out) {
  out << s.id << '\n' << wrapped(s.claim, 2) << '\n';
  out << "  clause  " << s.clause << "\n  level   " << to_string(s.level)
      << (s.must_with_handler ? " (must where the program itself catches signals)" : "") << "\n  roles   "
      << roles_of(s);
  if (std::any_of(s.roles.begin(), s.roles.end(), is_server))
    out << "\n  serves  " << to_string(s.serves) << (s.only_one ? " only" : " or more");
  if (s.rounds > 1) out << "\n  rounds  " << s.rounds;
  if (!s.explains.empty()) out << "\n  about   " << s.explains << ", wherever it shows";
  if (!s.after.empty()) out << "\n  after   " << fmt::format("{}", fmt::join(s.after, ", "));
  out << "\n  file    " << s.file << '\n';
  print_world(s, out);
  if (!s.faults.empty()) out << "\nFaults\n";
  for (const Fault& fault : s.faults) {
    out << "  " << fault.text << '\n';
    if (const FaultKind* kind = find_fault_kind(fault.kind)) print_kind(*kind, out);
  }
  print_scripts(s, out);
  out << "\nHint\n" << wrapped(s.hint, 4);
}

int explain_scenario(const std::string& id, const std::string& root, std::ostream& out, std::ostream& err) {
  const Catalogue all = load_catalogue(root);
  std::vector<std::string> ids;
  for (const Scenario& s : all.scenarios) {
    if (s.id == id) {
      print_scenario(s, out);
      return 0;
    }
    ids.push_back(s.id);
  }
  // It may be missing because its file has a problem.
  for (const Diagnostic& problem : all.problems) err << to_string(problem) << '\n';
  std::string guess = nearest(id, ids);
  const std::string without_s = id.ends_with('s') ? id.substr(0, id.size() - 1) : id;
  if (const std::string topic = nearest(without_s, {"fault", "script", "file", "dialogue"});
      id.find('/') == id.npos && !topic.empty())
    guess = topic == "fault" ? "--faults" : "--" + topic;
  err << "sockrig explain: there is no claim '" << id << "'"
      << (guess.empty() ? " (see 'sockrig list')" : did_you_mean(guess)) << '\n';
  return 2;
}

}  // namespace

int explain_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out,
                    std::ostream& err) {
  po::options_description options;
  options.add_options()("file", "the keys of a scenario file, with ranges and defaults, and an example");
  options.add_options()("faults", "all kinds of faults, their licences and parameters");
  options.add_options()("script", "the verbs of the script language");
  options.add_options()("diagnoses", "the codes of diagnoses, and what they mean");
  options.add_options()("dialogue", "the file that says what a custom server is asked");
  options.add_options()("scenarios", po::value<std::string>()->value_name("DIR"), "the folder of the scenarios");
  po::variables_map values;
  std::vector<std::string> words;
  const CommandUsage usage = {
      "explain", "ID… | --file | --faults | --script | --dialogue | --diagnoses",
      "Explains a claim: what must hold and why, what is done to the program, and where to look when it\n"
      "fails. To write a scenario of your own, begin with --file.",
      "id", "sockrig explain stream/short-recv-one\nsockrig explain --file --script"};
  if (const auto code = parse_options(arguments, usage, options, values, words, out, err)) return *code;
  bool said = false;
  const auto tell = [&](const char* option, void (*print)(std::ostream&)) {
    if (!values.contains(option)) return;
    out << (said ? "\n" : "");
    print(out);
    said = true;
  };
  tell("file", print_file_keys);
  tell("faults", print_faults);
  tell("script", print_script_language);
  tell("dialogue", print_dialogue_language);
  tell("diagnoses", print_diagnoses);
  if (!said && words.empty()) {
    err << "sockrig explain: expected an ID, --file, --faults, --script, --dialogue or --diagnoses\n"
           "Try 'sockrig explain --help'.\n";
    return 2;
  }
  const std::string root = values.contains("scenarios") ? values["scenarios"].as<std::string>() : paths.scenarios;
  int code = 0;
  for (const std::string& word : words) {
    if (said) out << '\n';
    code = std::max(code, explain_scenario(word, root, out, err));
    said = true;
  }
  return code;
}

}  // namespace sockrig
