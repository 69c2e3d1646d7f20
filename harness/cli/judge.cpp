// `sockrig judge`: the verdicts of a kept campaign, made again from its specs and records. Nothing is run.
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>
#include <map>
#include <ostream>

#include "campaign/campaign.hpp"
#include "campaign/kept.hpp"
#include "campaign/read_file_bounded.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/refusal.hpp"
#include "cli/report_options.hpp"
#include "record/planned_steps.hpp"
#include "reports/text.hpp"
#include "version.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

std::string file_in(const std::string& directory, const KeptRun& run, const char* name) {
  return (fs::path(directory) / run.folder / name).string();
}

// The spec that stands in a run's folder, if it is the one that run.json tells of.
RunSpec spec_of(const std::string& directory, const KeptRun& run) {
  std::string problem;
  const std::string file = file_in(directory, run, "spec.json");
  std::optional<RunSpec> spec = read_spec(file, problem);
  if (!spec) throw Refusal(problem);
  if (spec->scenario->id != run.id || spec->role != run.role || spec->command != run.command)
    throw Refusal(fmt::format("{}: it is of {} [{}], and run.json tells of {} [{}]", file, spec->scenario->id,
                              to_string(spec->role), run.id, to_string(run.role)));
  return std::move(*spec);
}

// What the run showed; nothing if it did not take place, or was not over.
std::optional<Result> raw_result(const std::string& directory, const KeptRun& run, const RunSpec& spec,
                                 std::size_t index) {
  std::string problem;
  const std::string file = file_in(directory, run, "record.json");
  std::optional<Record> record = read_record(file, problem);
  if (record) {
    if (const std::string other = contradiction_between(spec, *record); !other.empty()) problem = file + ": " + other;
  }
  if (!problem.empty()) throw Refusal(problem);
  if (!record && run.trouble.empty()) return std::nullopt;
  return judged_alone(spec, index, std::move(record), run.trouble);
}

// What is reported: of a campaign that came to its end, all; of one that was interrupted what was reported then; of one
// that was killed what its records and its plan tell.
bool is_reported(const KeptCampaign& campaign, const KeptRun& run, const Judged& judged) {
  if (campaign.complete) return true;
  return campaign.about.interrupted ? run.reported : judged.raw || !run.skip.empty();
}

RunResult judged_again(const std::string& directory, const KeptCampaign& campaign) {
  std::vector<RunSpec> plan;
  std::vector<std::optional<Result>> raw;
  for (std::size_t i = 0; i < campaign.runs.size(); ++i) {
    plan.push_back(spec_of(directory, campaign.runs[i]));
    raw.push_back(raw_result(directory, campaign.runs[i], plan.back(), i));
  }
  RunResult run = campaign.about;
  run.sockrig_version = version;
  run.interrupted = run.interrupted || !campaign.complete;
  const std::vector<Judged> all = blame(plan, raw);
  if (all.size() != plan.size())
    throw Refusal(fmt::format("{}: of {} runs {} wait for one another: the 'after' of their spec.json make a circle",
                              (fs::path(directory) / "run.json").string(), plan.size(), plan.size() - all.size()));
  for (const Judged& j : all) {
    if (is_reported(campaign, campaign.runs[j.settled.index], j)) run.results.push_back(j.settled);
  }
  return run;
}

std::optional<std::vector<Result>> read_results(const std::string& file, std::string& problem) {
  const auto parse = [](const std::string& text, std::string&) { return results_from_json(text); };
  return read_as<std::vector<Result>>(file, parse, problem);
}

std::string told(const Result& r) {
  return std::string(to_string(r.outcome)) + (r.diagnosis ? " [" + r.diagnosis->code + "]" : "");
}

// The results that were kept, by the run's place in the plan: they stand in its order. Nothing where none can be read.
std::map<std::size_t, Result> kept_results(const std::string& directory, const KeptCampaign& campaign) {
  std::vector<std::size_t> reported;
  for (std::size_t i = 0; i < campaign.runs.size(); ++i) {
    if (campaign.runs[i].reported) reported.push_back(i);
  }
  std::string problem;
  const std::optional<std::vector<Result>> all = read_results((fs::path(directory) / "results.json").string(), problem);
  std::map<std::size_t, Result> out;
  for (std::size_t k = 0; all && all->size() == reported.size() && k < reported.size(); ++k) {
    const Result& r = (*all)[k];
    const KeptRun& run = campaign.runs[reported[k]];
    if (r.id == run.id && r.role == run.role) out[reported[k]] = r;
  }
  return out;
}

std::string name_of(const Result& r) {
  return fmt::format("{} [{}]", r.id, to_string(r.role));
}

// A line for each verdict that is another than it was.
std::vector<std::string> differences(const std::map<std::size_t, Result>& before, const std::vector<Result>& now) {
  std::vector<std::string> out;
  for (const Result& r : now) {
    const std::string name = name_of(r);
    const auto was = before.find(r.index);
    if (was == before.end()) {
      out.push_back(fmt::format("{}: {}, and was not reported then", name, told(r)));
      continue;
    }
    const Result& old = was->second;
    if (told(old) != told(r))
      out.push_back(fmt::format("{}: {} → {}", name, told(old), told(r)));
    else if (old.reason != r.reason)
      out.push_back(fmt::format("{}: {}, told otherwise: {}", name, told(r), r.reason));
  }
  for (const auto& was : before) {
    if (std::ranges::none_of(now, [&](const Result& r) { return r.index == was.first; }))
      out.push_back(fmt::format("{}: was {}, and is not reported now", name_of(was.second), told(was.second)));
  }
  return out;
}

int judge_kept(const std::string& directory, const ReportOptions& options, std::ostream& out, std::ostream& err) {
  std::string problem;
  const std::optional<KeptCampaign> campaign = read_campaign(directory, problem);
  if (!campaign) throw Refusal(problem);
  const RunResult run = judged_again(directory, *campaign);
  OpenReports reports(options);
  const std::map<std::size_t, Result> before = kept_results(directory, *campaign);
  if (before.empty())
    err << "sockrig judge: the results of then are not there, or are others than run.json tells of: "
           "nothing to compare with\n";
  std::vector<std::string> other;
  if (!before.empty()) other = differences(before, run.results);
  if (!other.empty()) {
    err << fmt::format("sockrig judge: {} of {} verdicts are others than sockrig {} reported (this is {}):\n",
                       other.size(), run.results.size(), shown(campaign->about.sockrig_version), version);
    for (const std::string& line : other) err << "  " << shown(line) << '\n';
  }
  return reports.write(run, out, err) ? exit_code(run) : 5;
}

}  // namespace

int judge_command(const std::vector<std::string>& arguments, const Paths&, std::ostream& out, std::ostream& err) {
  po::options_description options;
  add_report_options(options);
  po::variables_map values;
  std::vector<std::string> words;
  const CommandUsage usage = {
      "judge", "[OPTION…] DIR",
      "Judges again what 'sockrig run --keep DIR' wrote down, without running anything: the same version makes the\n"
      "same results, byte for byte; where the verdict is another than it was, that is told.\n"
      "Exit codes: as of 'sockrig run'; 2 also if what was kept cannot be read.",
      "folder", "sockrig judge kept\nsockrig judge kept --report json=results.json"};
  if (const auto code = parse_options(arguments, usage, options, values, words, out, err)) return *code;
  ReportOptions reports;
  std::string problem = take_report_options(values, reports);
  if (problem.empty() && words.size() != 1) problem = "expected one folder, made by 'sockrig run --keep DIR'";
  if (problem.empty()) {
    try {
      return judge_kept(words.front(), reports, out, err);
    } catch (const Refusal& refusal) {
      err << "sockrig judge: " << shown(refusal.what()) << '\n';
      return refusal.code;
    }
  }
  err << "sockrig judge: " << problem << "\nTry 'sockrig judge --help'.\n";
  return 2;
}

}  // namespace sockrig
