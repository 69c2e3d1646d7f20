// `sockrig show`: what happened in a run that was kept, moment by moment, as a person reads it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>
#include <ostream>

#include "campaign/kept.hpp"
#include "catalogue/dialogue.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/refusal.hpp"
#include "faults/nearest.hpp"
#include "observe/observation.hpp"
#include "observe/trace_line.hpp"
#include "record/enum_names.hpp"
#include "record/moments.hpp"
#include "reports/text.hpp"

namespace sockrig {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

std::string line_of(const PeerMove& m) {
  std::string out = fmt::format("peer      {}: {}", m.channel, name_in_table(m.act));
  if (m.bytes != 0) out += fmt::format(" {} from offset {}", bytes(m.bytes), m.offset);
  if (!m.text.empty()) out += fmt::format(": \"{}\"", escaped(m.text, 60));
  return out;
}

std::string line_of(const LookTaken& l) {
  return fmt::format("kernel    {}: {} threads wait, {} sockets, {} bytes unread, {} unacknowledged",
                     name_in_table(l.motion), l.threads, l.sockets, l.receive_queues, l.send_queues);
}

std::string line_of(const KernelFact& f) {
  return fmt::format("kernel    {}: {}", f.name, f.value);
}

std::string line_of(const LifeEvent& e) {
  const std::string who = e.second ? "second" : "subject";
  switch (e.what) {
    case LifeEvent::What::started:
      return fmt::format("process   {} started", who);
    case LifeEvent::What::signalled:
      return fmt::format("process   signal {} to {}", e.code, e.pid == 0 ? "all its processes" : "one process");
    case LifeEvent::What::ended:
      return fmt::format("process   {} {}", who, to_string(e.ending));
    case LifeEvent::What::told:
      return fmt::format("process   {} was told to stop", who);
  }
  return "";
}

std::string line_of(const OutputPiece& p) {
  return fmt::format("output    {} wrote {}", p.second ? "second" : "subject", bytes(p.bytes));
}

void show_timeline(const RunSpec& spec, const Record& r, std::ostream& out) {
  out << "\nTimeline (milliseconds since it began; a call at the time when it returned)\n";
  const auto print = [&](std::uint64_t at, const std::string& line) {
    out << fmt::format("{:12.3f}  {}\n", static_cast<double>(static_cast<std::int64_t>(at - r.began_ns)) / 1e6,
                       shown(line));
  };
  for_each_moment(r, [&](const auto& moment) {
    if constexpr (requires { moment.call; }) {
      const std::string who = fmt::format("[{}/{}]", moment.pid, moment.tid);
      print(moment.ended_ns, fmt::format("call      {:<11} {}", who,
                                         trace_line(moment, spec.scenario->faults, place_of(r, moment), true)));
    } else {
      print(moment.time_ns, line_of(moment));
    }
  });
  const auto left_out = [&](const char* what, std::uint64_t count) {
    if (count != 0) out << fmt::format("  {} {} in the middle were not kept\n", count, what);
  };
  left_out("calls", r.left_out.calls);
  left_out("moves of the peer", r.left_out.moves);
  left_out("looks at the kernel", r.left_out.looks);
  if (r.events_dropped != 0) out << fmt::format("  {} calls were not written down by the shim\n", r.events_dropped);
}

void show_run(const KeptRun& run, const RunSpec& spec, const std::optional<Record>& record, std::ostream& out) {
  out << fmt::format("{} [{}]\n  {}\n", shown(run.id), to_string(run.role), shown(spec.scenario->claim));
  if (!run.skip.empty()) out << "  not run: " << shown(run.skip) << '\n';
  if (!run.trouble.empty()) out << "  " << shown(run.trouble) << '\n';
  if (!record) {
    out << "  there is no record of it\n";
    return;
  }
  out << "\nSteps\n";
  for (const StepRecord& s : record->steps)
    out << fmt::format("  {:<12} {}{}\n", name_in_table(s.outcome), shown(s.text),
                       s.note.empty() ? "" : "  — " + shown(s.note));
  if (record->unmet) out << "  " << shown(record->unmet->what) << '\n';
  show_timeline(spec, *record, out);
  if (record->output.empty()) return;
  out << "\nOutput\n";
  for (std::size_t at = 0; at < record->output.size();) {
    const std::size_t end = std::min(record->output.find('\n', at), record->output.size());
    out << "  " << shown(std::string_view(record->output).substr(at, end - at)) << '\n';
    at = end + 1;
  }
}

// By the claim, with the role behind it where there are several: "stream/text", "stream/text.client".
bool is_called(const KeptRun& run, const std::string& name) {
  return name == run.id || name == fmt::format("{}.{}", run.id, to_string(run.role)) || name == run.folder;
}

void show(const std::string& directory, const std::vector<std::string>& names, std::ostream& out) {
  std::string problem;
  const std::optional<KeptCampaign> campaign = read_campaign(directory, problem);
  if (!campaign) throw Refusal(problem);
  bool first = true;
  for (const std::string& name : names) {
    bool any = false;
    for (const KeptRun& run : campaign->runs) {
      if (!is_called(run, name)) continue;
      any = true;
      const fs::path folder = fs::path(directory) / run.folder;
      const std::optional<RunSpec> spec = read_spec((folder / "spec.json").string(), problem);
      if (!spec) throw Refusal(problem);
      const std::optional<Record> record = read_record((folder / "record.json").string(), problem);
      if (!problem.empty()) throw Refusal(problem);
      if (!std::exchange(first, false)) out << '\n';
      show_run(run, *spec, record, out);
    }
    std::vector<std::string> ids;
    for (const KeptRun& run : campaign->runs) ids.push_back(run.id);
    if (!any) throw Refusal(fmt::format("no run of '{}' was kept in {}{}", name, directory, did_you_mean(name, ids)));
  }
}

}  // namespace

int show_command(const std::vector<std::string>& arguments, const Paths&, std::ostream& out, std::ostream& err) {
  const po::options_description options;
  po::variables_map values;
  std::vector<std::string> words;
  const CommandUsage usage = {
      "show", "DIR CLAIM…",
      "Shows what happened in runs that 'sockrig run --keep DIR' wrote down: the steps, every "
      "call, every move of the\npeer, what the kernel showed, and what the program wrote. CLAIM "
      "is an id, with the role behind it where\nseveral roles were run: stream/text.client. "
      "Exit codes: 0 shown, 2 not to be had.",
      "claim", "sockrig show kept stream/text"};
  if (const auto code = parse_options(arguments, usage, options, values, words, out, err)) return *code;
  try {
    if (words.size() < 2) throw Refusal("expected a folder, made by 'sockrig run --keep DIR', and a claim");
    show(words.front(), {words.begin() + 1, words.end()}, out);
    return 0;
  } catch (const Refusal& refusal) {
    err << "sockrig show: " << shown(refusal.what()) << '\n';
    return refusal.code;
  }
}

}  // namespace sockrig
