// `sockrig selftest`: does it find here what it should find, and blame nobody else?
//
// Runs the catalogue against the planted mistakes and the correct programs, and compares with what is known of them.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "campaign/campaign.hpp"
#include "campaign/planted.hpp"
#include "catalogue/select.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "run/sandbox.hpp"
#include "version.hpp"

namespace sockrig {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

// One program, what was asked of it and what came of it.
struct Trial {
  Planted program;
  std::vector<const Scenario*> scenarios;
  std::set<std::string> wanted;
  std::vector<Result> results;
  std::size_t planned = 0;
  Comparison comparison;
  bool tried() const { return planned > 0; }
};

std::set<std::string> ids_of(const std::vector<const Scenario*>& scenarios) {
  std::set<std::string> ids;
  for (const Scenario* s : scenarios) ids.insert(s->id);
  return ids;
}

std::vector<Trial> all_trials(std::vector<Planted> programs, const Catalogue& catalogue) {
  std::vector<const Scenario*> all;
  for (const Scenario& s : catalogue.scenarios) all.push_back(&s);
  const std::set<std::string> known = ids_of(all);
  std::vector<Trial> out;
  for (Planted& p : programs) {
    Trial t;
    std::ranges::set_intersection(p.fails, known, std::inserter(t.wanted, t.wanted.end()));
    t.program = std::move(p);
    t.scenarios = all;
    out.push_back(std::move(t));
  }
  return out;
}

std::string chapter_of(const std::string& id) {
  return id.substr(0, id.find('/'));
}

// One mistake for each chapter, tried with that chapter's claims and with those that should notice it; one correct
// program for each role, tried with everything.
std::vector<Trial> quick_trials(std::vector<Trial> all) {
  std::set<std::string> chapters;
  std::set<Role> roles;
  std::vector<Trial> out;
  for (Trial& t : all) {
    if (!t.program.mistake) {
      if (t.program.command.empty() || !roles.insert(t.program.role).second) continue;
      out.push_back(std::move(t));
      continue;
    }
    std::string chapter;
    for (const std::string& id : t.wanted) {
      if (chapter.empty() && !chapters.contains(chapter_of(id))) chapter = chapter_of(id);
    }
    if (chapter.empty()) continue;
    chapters.insert(chapter);
    std::set<std::string> ids = t.wanted;
    for (const Scenario* s : t.scenarios) {
      if (s->chapter == chapter) ids.insert(s->id);
    }
    ids = with_prerequisites(t.scenarios, std::move(ids));  // a failure is blamed on the first of a chain
    std::erase_if(t.scenarios, [&](const Scenario* s) { return !ids.contains(s->id); });
    out.push_back(std::move(t));
  }
  return out;
}

// `dialogue`: what all custom servers of ours are asked.
std::vector<RunSpec> plan_of(std::vector<Trial>& trials, const Machine& machine, const Dialogue* dialogue,
                             std::vector<std::size_t>& owners) {
  std::vector<RunSpec> plan;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    Trial& t = trials[i];
    if (t.program.command.empty()) continue;
    PlanRequest request;
    request.scenarios = t.scenarios;
    request.commands = {{t.program.role, t.program.command}};
    request.serves = t.program.serves;
    request.stop = t.program.stop;
    if (t.program.role == Role::custom) request.dialogue = dialogue;
    request.repeat_prefix = fmt::format("sockrig run --serves {}", to_string(t.program.serves));
    for (RunSpec& spec : make_plan(request, machine)) {
      plan.push_back(std::move(spec));
      owners.push_back(i);
      ++t.planned;
    }
  }
  return plan;
}

std::string kind_of(const Trial& t) {
  return t.program.mistake ? "mistake" : "style";
}

// One line, said as soon as the last of its runs is over.
std::string line_for(const Trial& t) {
  const Comparison& c = t.comparison;
  const char* verdict = c.as_it_should_be() ? "as it should be" : "DIFFERS";
  const std::string untried = c.untried.empty() ? "" : fmt::format(", {} could not be tried here", c.untried.size());
  if (!t.program.mistake)
    return fmt::format("{}: style {}: {} claims hold, {} skipped, {} blamed", verdict, t.program.name, c.passed,
                       c.skipped, c.blamed.size());
  return fmt::format("{}: mistake {}: noticed by {} of {} claims{}", verdict, t.program.name, c.noticed.size(),
                     t.wanted.size(), untried);
}

// Rows are programs, columns are chapters: how many of the claims that should notice it did, or how many hold.
std::string matrix(const std::vector<Trial>& trials, const Catalogue& catalogue) {
  std::vector<std::string> chapters;
  for (const Scenario& s : catalogue.scenarios) {
    if (chapters.empty() || chapters.back() != s.chapter) chapters.push_back(s.chapter);
  }
  std::size_t widest = 0;
  for (const Trial& t : trials) widest = std::max(widest, t.program.name.size());
  std::string out = fmt::format("{:{}}", "", widest + 8);
  for (const std::string& chapter : chapters) out += fmt::format(" {:>6}", chapter);
  out += '\n';
  for (const Trial& t : trials) {
    if (!t.tried()) continue;
    std::map<std::string, int> want, got, bad;
    for (const std::string& id : t.wanted) ++want[chapter_of(id)];
    for (const Result& r : t.results) {
      const bool wanted = t.wanted.contains(r.id);
      if (t.program.mistake ? wanted && r.outcome == Outcome::fail : r.outcome == Outcome::pass) ++got[r.chapter];
      if (!wanted && (r.outcome == Outcome::fail || r.outcome == Outcome::inconclusive || r.outcome == Outcome::error))
        ++bad[r.chapter];
    }
    out += fmt::format("{:7} {:{}}", kind_of(t), t.program.name, widest);
    for (const std::string& chapter : chapters) {
      std::string cell = t.program.mistake && want[chapter] == 0 ? "." : std::to_string(got[chapter]);
      if (want[chapter] != 0) cell += "/" + std::to_string(want[chapter]);
      if (bad[chapter] != 0) cell += "!" + std::to_string(bad[chapter]);
      out += fmt::format(" {:>{}}", cell, std::max<std::size_t>(6, chapter.size()));
    }
    out += '\n';
  }
  return out;
}

Json as_json(const Trial& t) {
  const Comparison& c = t.comparison;
  return {{"name", t.program.name},      {"kind", kind_of(t)},
          {"about", t.program.about},    {"role", to_string(t.program.role)},
          {"tried", t.tried()},          {"as_it_should_be", c.as_it_should_be()},
          {"should_fail", t.wanted},     {"noticed", c.noticed},
          {"missed", c.missed},          {"blamed", c.blamed},
          {"undecided", c.undecided},    {"untried", c.untried},
          {"passed", c.passed},          {"skipped", c.skipped},
          {"why_not", t.program.untried}};
}

struct Tally {
  int tried = 0, differ = 0, errors = 0, untried = 0;
};

Tally tally_of(const std::vector<Trial>& trials) {
  Tally sum;
  for (const Trial& t : trials) {
    sum.tried += t.tried();
    sum.differ += t.tried() && !t.comparison.as_it_should_be();
    sum.untried += !t.tried() || !t.comparison.untried.empty();
    for (const Result& r : t.results) sum.errors += r.outcome == Outcome::error;
  }
  return sum;
}

std::string verdict_on(const Tally& sum, const Machine& machine) {
  std::string out = sum.differ == 0 ? fmt::format("All {} programs were judged as they should be.\n", sum.tried)
                                    : fmt::format(
                                          "{} of {} programs were judged otherwise than they should be: do not trust "
                                          "verdicts on this machine.\n",
                                          sum.differ, sum.tried);
  if (sum.untried > 0) out += fmt::format("{} could not be tried, or not with every claim.\n", sum.untried);
  if (!machine.namespaces) out += fmt::format("Without a private network: {}.\n", machine.why_not);
  return out;
}

struct Choice {
  bool quick = false, json = false;
  int jobs = 0;
  SandboxChoice sandbox = SandboxChoice::automatic;
  std::vector<std::string> names;
};

// "" or what is wrong.
std::string read_choice(const po::variables_map& given, Choice& out) {
  out.quick = given.contains("quick");
  out.json = given.contains("json");
  out.jobs = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (given.contains("jobs")) {
    const std::string& text = given["jobs"].as<std::string>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.jobs);
    if (error != std::errc{} || end != text.data() + text.size() || out.jobs < 1 || out.jobs > 256)
      return fmt::format("--jobs: '{}' is not a number from 1 to 256", text);
  }
  const std::string sandbox = given.contains("sandbox") ? given["sandbox"].as<std::string>() : "auto";
  if (sandbox == "none")
    out.sandbox = SandboxChoice::none;
  else if (sandbox != "auto")
    return fmt::format("--sandbox: '{}' is not one of auto, none", sandbox);
  return "";
}

void run_trials(std::vector<Trial>& trials, const Machine& machine, const Choice& choice, const Paths& paths,
                std::ostream& err, bool& interrupted) {
  std::vector<std::size_t> owners;
  Diagnostics problems;
  const std::optional<Dialogue> dialogue = load_dialogue(paths.reference_dialogue, problems);
  for (const Diagnostic& d : problems) err << to_string(d) << '\n';
  const std::vector<RunSpec> plan = plan_of(trials, machine, dialogue ? &*dialogue : nullptr, owners);
  std::size_t done = 0, programs = 0;
  for (const Trial& t : trials) programs += t.tried();
  CampaignEvents events;
  events.settled = [&](const Result& r) {
    Trial& t = trials[owners[r.index]];
    t.results.push_back(r);
    if (t.results.size() < t.planned) return;
    t.comparison = compare(t.program, t.wanted, t.results);
    err << fmt::format("[{}/{}] {}\n", ++done, programs, line_for(t)) << std::flush;
  };
  interrupted = run_campaign(plan, {.jobs = choice.jobs, .namespaces = machine.namespaces, .shim = paths.shim}, events)
                    .interrupted;
}

int selftest(const Choice& choice, const Paths& paths, std::ostream& out, std::ostream& err) {
  const auto refuse = [&](const std::string& why) {
    err << "sockrig selftest: " << why << '\n';
    return 2;
  };
  for (const std::string& trouble : {trouble_with_shim(paths), trouble_with_scenarios(paths)}) {
    if (!trouble.empty()) return refuse(trouble);
  }
  const Catalogue catalogue = load_catalogue(paths.scenarios);
  for (const Diagnostic& d : catalogue.problems) err << to_string(d) << '\n';
  if (!catalogue.problems.empty()) return refuse("the scenarios have problems; nothing was run");
  std::vector<Trial> trials;
  try {
    trials = all_trials(planted_programs(paths.planted), catalogue);
  } catch (const std::runtime_error& e) {
    return refuse(e.what());
  }
  if (!choice.names.empty()) {
    for (const std::string& name : choice.names) {
      if (std::ranges::none_of(trials, [&](const Trial& t) { return t.program.name == name; }))
        return refuse(fmt::format("there is no planted program '{}'", name));
    }
    std::erase_if(trials, [&](const Trial& t) { return std::ranges::count(choice.names, t.program.name) == 0; });
  }
  for (const Trial& t : trials) {
    if (t.program.missing) return refuse(t.program.untried + ": build or install all of sockrig");
  }
  if (choice.quick) trials = quick_trials(std::move(trials));

  const Machine machine = probe_machine(choice.sandbox);
  bool interrupted = false;
  run_trials(trials, machine, choice, paths, err, interrupted);
  if (interrupted) {
    err << "sockrig selftest: interrupted; nothing can be said\n";
    return 130;
  }
  const Tally sum = tally_of(trials);
  if (choice.json) {
    Json programs = Json::array();
    for (const Trial& t : trials) programs.push_back(as_json(t));
    const Json all = {{"sockrig", version},
                      {"sandbox", machine.namespaces ? "namespaces" : "none (" + machine.why_not + ")"},
                      {"tried", sum.tried},
                      {"differ", sum.differ},
                      {"programs", programs}};
    out << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    out << matrix(trials, catalogue) << '\n';
    for (const Trial& t : trials) {
      if (t.tried() && !t.comparison.as_it_should_be())
        out << kind_of(t) << ' ' << t.program.name << '\n' << to_string(t.comparison) << '\n';
      if (!t.tried()) out << kind_of(t) << ' ' << t.program.name << " was not tried: " << t.program.untried << '\n';
    }
    out << verdict_on(sum, machine);
  }
  if (sum.tried == 0) return 3;
  if (sum.errors > 0) return 5;
  return sum.differ > 0 ? 1 : 0;
}

}  // namespace

int selftest_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out,
                     std::ostream& err) {
  po::options_description options;
  auto add = options.add_options();
  add("quick", "one planted mistake a chapter and one correct program a role");
  add("jobs,j", po::value<std::string>()->value_name("N"), "run so many side by side (default: one a core)");
  add("sandbox", po::value<std::string>()->value_name("KIND"), "auto (default), none");
  add("json", "print what was found as JSON");
  const CommandUsage usage = {
      "selftest", "[OPTION…] [NAME…]",
      "Shows that sockrig can be trusted on this machine: programs with planted mistakes must be noticed by the "
      "claims\n"
      "that they break, and by no others; correct programs in many styles must pass everything.\n\n"
      "NAME is a planted program (short-send-ignored, echo-epoll); without any, all are tried, which takes minutes.\n"
      "In the matrix, 3/3 means: three claims of the chapter should notice it, and three did; '!' counts wrong "
      "blame.\n\n"
      "Exit codes: 0 all as it should be, 1 a mistake survived or a correct program was blamed, 2 usage or not "
      "installed,\n3 nothing could be tried, 5 harness error, 130 interrupted.",
      "name", "sockrig selftest --quick\nsockrig selftest -j 8\nsockrig selftest --json short-send-ignored"};
  po::variables_map given;
  Choice choice;
  if (const auto code = parse_options(arguments, usage, options, given, choice.names, out, err)) return *code;
  if (const std::string problem = read_choice(given, choice); !problem.empty()) {
    err << "sockrig selftest: " << problem << "\nTry 'sockrig selftest --help'.\n";
    return 2;
  }
  return selftest(choice, paths, out, err);
}

}  // namespace sockrig
