#include "campaign/kept.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>

#include "campaign/read_file_bounded.hpp"
#include "record/fields.hpp"
#include "record/json_reader.hpp"
#include "record/json_writer.hpp"
#include "record/record_file.hpp"
#include "record/spec_file.hpp"

namespace sockrig {

template <typename A, Is<KeptRun> T>
void fields(A& a, T& r) {
  a("id", r.id);
  a("role", r.role);
  a("command", r.command);
  a("folder", r.folder);
  a("began", r.began);
  a("only_for_another", r.only_for_another);
  a("reported", r.reported);
  a("trouble", r.trouble);
  a("duration_ms", r.duration_ms);
  a("skip", r.skip);
  a("repeat", r.repeat);
}

template <typename A, Is<KeptCampaign> T>
void fields(A& a, T& c) {
  a("version", c.about.sockrig_version);
  a("kernel", c.about.kernel);
  a("sandbox", c.about.sandbox);
  a("engine", c.about.engine);
  a("subject", c.about.subject);
  a("dialogue", c.about.dialogue);
  a("seed", c.about.seed);
  a("complete", c.complete);
  a("interrupted", c.about.interrupted);
  a("duration_ms", c.about.duration_ms);
  a("runs", c.runs);
}

namespace {

namespace fs = std::filesystem;

// Under its name only when it is all there.
void write_file(const std::string& file, const std::string& text) {
  const std::string part = file + ".part";
  errno = 0;
  std::ofstream out(part, std::ios::binary);
  out << text;
  out.close();
  if (!out) {
    const int error = errno;
    std::error_code ignored;
    fs::remove(part, ignored);
    throw std::system_error(error, std::generic_category(), "write " + part);
  }
  fs::rename(part, file);
}

std::string folder_of(std::size_t run, const RunSpec& spec) {
  std::string name = fmt::format("{:03}.{}.{}", run, spec.scenario->id, to_string(spec.role));
  std::ranges::replace(name, '/', '.');
  return name;
}

// A name in the folder, and no way out of it.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == name.npos && name.find('\0') == name.npos;
}

}  // namespace

std::string to_json(const KeptCampaign& campaign) {
  std::string out;
  JsonWriter json(out);
  json.begin();
  json.always("schema", kept_schema);
  fields(json, campaign);
  json.end();
  return out + "\n";
}

std::optional<KeptCampaign> kept_from_json(std::string_view text, std::string& problem) {
  try {
    const nlohmann::json document = parse_json(text);
    JsonReader reader(document, "");
    require_schema(reader, kept_schema);
    KeptCampaign campaign;
    fields(reader, campaign);
    reader.finish();
    std::map<std::string_view, std::size_t> folders;
    for (std::size_t i = 0; i < campaign.runs.size(); ++i) {
      if (!is_plain_name(campaign.runs[i].folder))
        throw FormError(fmt::format("/runs/{}/folder: expected the name of a folder beside run.json", i));
      // Each brings its own record: a short plan must not make a long campaign of one folder.
      if (const auto [other, is_new] = folders.emplace(campaign.runs[i].folder, i); !is_new)
        throw FormError(fmt::format("/runs/{}/folder: it is that of /runs/{}, too", i, other->second));
    }
    return campaign;
  } catch (const FormError& e) {
    problem = e.what();
  }
  return std::nullopt;
}

Keeper::Keeper(std::string directory, const std::vector<RunSpec>& plan, const RunResult& about)
    : directory_(std::move(directory)), campaign_{about, false, {}} {
  campaign_.about.results.clear();
  fs::create_directories(directory_);
  if (!fs::is_empty(directory_))
    throw std::invalid_argument(directory_ + " is not empty: name a folder that is, or that is not there yet");
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const RunSpec& spec = plan[i];
    campaign_.runs.push_back({.id = spec.scenario->id,
                              .role = spec.role,
                              .command = spec.command,
                              .folder = folder_of(i, spec),
                              .began = {},
                              .trouble = {},
                              .skip = spec.skip,
                              .repeat = spec.repeat});
    fs::create_directory(file(campaign_.runs.back().folder));
    write_file(file(campaign_.runs.back().folder + "/spec.json"), spec_to_json(spec));
  }
  write_campaign();
}

std::string Keeper::file(const std::string& name) const {
  return (fs::path(directory_) / name).string();
}

void Keeper::began(std::size_t run) {
  campaign_.runs[run].began = began_++;
}

void Keeper::over(std::size_t run, const Record* record, const std::string& trouble) {
  KeptRun& kept = campaign_.runs[run];
  kept.trouble = trouble;
  if (!trouble.empty()) write_campaign();  // it is written nowhere else
  if (record == nullptr) return;
  kept.duration_ms = record->duration_ms;
  write_file(file(kept.folder + "/record.json"), record_to_json(*record));
}

void Keeper::finish(const RunResult& about, const std::vector<Judged>& judged) {
  campaign_.about = about;
  campaign_.about.results.clear();
  campaign_.complete = !about.interrupted;
  for (const Judged& j : judged) {
    KeptRun& kept = campaign_.runs.at(j.settled.index);
    kept.reported = true;
    kept.only_for_another = j.wanted;
  }
  write_campaign();
}

void Keeper::write_campaign() const {
  write_file(file("run.json"), to_json(campaign_));
}

std::optional<KeptCampaign> read_campaign(const std::string& directory, std::string& problem) {
  return read_as<KeptCampaign>((fs::path(directory) / "run.json").string(), kept_from_json, problem);
}

std::optional<RunSpec> read_spec(const std::string& file, std::string& problem) {
  return read_as<RunSpec>(file, spec_from_json, problem);
}

std::optional<Record> read_record(const std::string& file, std::string& problem) {
  std::error_code error;
  if (!fs::exists(file, error) && !error) return std::nullopt;
  return read_as<Record>(file, record_from_json, problem);
}

}  // namespace sockrig
