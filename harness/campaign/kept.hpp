// A campaign kept in a folder, so that it can be judged again on another day, and any run of it carried out again:
//
//   DIR/run.json                    the plan as it was carried out
//   DIR/results.json                what was reported then (written by whoever reports)
//   DIR/NNN.CHAPTER.NAME.ROLE/      a folder for each run: spec.json and, if it ran, record.json
//
// Decides the layout. What is written is there as a whole or not at all, so that a campaign that was killed can be
// judged as far as it went. What is read may have been cut off or edited: it is checked, and bounded in size.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/campaign.hpp"
#include "judge/result.hpp"
#include "plan/run_spec.hpp"
#include "record/record.hpp"

namespace sockrig {

// Raised with every change of what run.json says; another version is refused.
inline constexpr std::string_view kept_schema = "sockrig/kept/v1";

// A run of the plan as run.json tells of it.
struct KeptRun {
  std::string id;
  Role role{};
  std::string command;
  std::string folder;                  // its name in DIR
  std::optional<std::uint64_t> began;  // it was the n-th to begin, from 0; none = it did not
  bool only_for_another = false;       // it ran only because another failed of what it is about
  bool reported = false;               // it has a result in results.json; until the campaign is over none has
  std::string trouble;                 // why there is no record though it began
  double duration_ms = 0;
  std::string skip;    // why the plan left it out
  std::string repeat;  // the command that repeats it
  bool operator==(const KeptRun&) const = default;
};

struct KeptCampaign {
  RunResult about;        // all but the results
  bool complete = false;  // it came to its end
  std::vector<KeptRun> runs;
};

std::string to_json(const KeptCampaign& campaign);
// Nothing if it is no such document of this version; `problem` then says where and what was expected.
std::optional<KeptCampaign> kept_from_json(std::string_view text, std::string& problem);

// Writes as it goes on. Throws std::system_error or std::filesystem::filesystem_error naming the file.
class Keeper {
 public:
  // Makes the folder, or takes an empty one; std::invalid_argument if there is something in it.
  Keeper(std::string directory, const std::vector<RunSpec>& plan, const RunResult& about);
  void began(std::size_t run);
  void over(std::size_t run, const Record* record, const std::string& trouble);
  // The campaign is over: `about` has its duration and whether it was interrupted.
  void finish(const RunResult& about, const std::vector<Judged>& judged);
  std::string file(const std::string& name) const;  // "DIR/name"

 private:
  void write_campaign() const;
  std::string directory_;
  KeptCampaign campaign_;
  std::uint64_t began_ = 0;
};

// Reads what a Keeper wrote. Each returns nothing if it cannot, and says why: "DIR/…/spec.json: /seed: expected …".
std::optional<KeptCampaign> read_campaign(const std::string& directory, std::string& problem);
std::optional<RunSpec> read_spec(const std::string& file, std::string& problem);
// A run that has no record brings none, and no problem.
std::optional<Record> read_record(const std::string& file, std::string& problem);

}  // namespace sockrig
