#include "record/record_file.hpp"

#include <algorithm>

#include "record/fields.hpp"
#include "record/json_reader.hpp"
#include "record/json_writer.hpp"
#include "record/packed.hpp"

namespace sockrig {
namespace {

// One kind of the timeline on its way into the common order.
template <typename T>
struct Lane {
  std::string_view name;
  const std::vector<T>& all;
  std::size_t next = 0;
};

template <typename T>
std::uint64_t time_of(const Lane<T>& lane) {
  return lane.next < lane.all.size() ? lane.all[lane.next].time_ns : ~std::uint64_t{0};
}

// Calls visit(name, moment) in the order of time; what is of one kind stays in its own order, whatever its times say: a
// call's is the one at which it returned.
template <typename Visit, typename... T>
void merge(Visit visit, Lane<T>... lanes) {
  for (std::size_t left = (lanes.all.size() + ...); left > 0; --left) {
    const std::uint64_t earliest = std::min({time_of(lanes)...});
    bool taken = false;
    const auto take = [&](auto& lane) {
      if (taken || lane.next == lane.all.size() || time_of(lane) != earliest) return;
      visit(lane.name, lane.all[lane.next++]);
      taken = true;
    };
    (take(lanes), ...);
  }
}

void write_timeline(JsonWriter& json, std::string& out, const Record& r) {
  bool first = true;
  const auto visit = [&](std::string_view name, const auto& moment) {
    out += first ? "\n" : ",\n";
    first = false;
    json.begin();
    json.always("at", moment.time_ns);
    json.always("is", name);
    fields(json, moment);
    json.end();
  };
  json.key("timeline");
  out += '[';
  merge(visit, Lane<PeerMove>{"peer", r.moves}, Lane<CallEvent>{"call", r.events}, Lane<LookTaken>{"look", r.looks},
        Lane<KernelFact>{"fact", r.facts}, Lane<LifeEvent>{"life", r.lives}, Lane<OutputPiece>{"wrote", r.writes});
  out += ']';
}

template <typename T>
void read_moment(JsonReader& reader, std::uint64_t at, std::vector<T>& to) {
  T& moment = to.emplace_back();
  fields(reader, moment);
  moment.time_ns = at;
}

void read_timeline(const nlohmann::json& list, Record& r) {
  if (!list.is_array()) throw FormError("/timeline: expected a list");
  std::size_t index = 0;
  for (const nlohmann::json& element : list) {
    const std::string path = "/timeline/" + std::to_string(index++);
    JsonReader reader(element, path);
    std::uint64_t at = 0;
    std::string is;
    JsonReader::read(reader.at("at"), path + "/at", at);
    JsonReader::read(reader.at("is"), path + "/is", is);
    if (is == "peer")
      read_moment(reader, at, r.moves);
    else if (is == "call")
      read_moment(reader, at, r.events);
    else if (is == "look")
      read_moment(reader, at, r.looks);
    else if (is == "fact")
      read_moment(reader, at, r.facts);
    else if (is == "life")
      read_moment(reader, at, r.lives);
    else if (is == "wrote")
      read_moment(reader, at, r.writes);
    else
      throw FormError(path + "/is: expected one of peer, call, look, fact, life, wrote, found \"" + is + "\"");
    reader.finish();
  }
}

// What the judge takes for granted of every record that the rig makes.
std::string contradiction_in(const Record& r) {
  if (!r.unmet) return r.stop == Stop::none ? "" : "/unmet: is missing, though the run was stopped";
  if (r.unmet->step >= r.steps.size())
    return "/unmet/step: there are " + std::to_string(r.steps.size()) + " steps, counted from 0";
  if (r.unmet->channel && *r.unmet->channel >= r.channels.size())
    return "/unmet/channel: there are " + std::to_string(r.channels.size()) + " channels, counted from 0";
  return "";
}

template <typename A, Is<Record> R>
void pack_fields(A& a, R& r) {
  fields(a, r);
  a("", r.events);
  a("", r.moves);
  a("", r.looks);
  a("", r.facts);
  a("", r.lives);
  a("", r.writes);
}

}  // namespace

std::string record_to_json(const Record& record) {
  std::string out;
  out.reserve(4096 + 200 * (record.events.size() + record.moves.size()));
  JsonWriter json(out);
  json.begin();
  json.always("schema", record_schema);
  fields(json, record);
  write_timeline(json, out, record);
  json.end();
  return out + "\n";
}

std::optional<Record> record_from_json(std::string_view text, std::string& problem) {
  try {
    const nlohmann::json document = parse_json(text);
    JsonReader reader(document, "");
    require_schema(reader, record_schema);
    Record r;
    fields(reader, r);
    read_timeline(reader.at("timeline"), r);
    reader.finish();
    problem = contradiction_in(r);
    if (problem.empty()) return r;
  } catch (const FormError& e) {
    problem = e.what();
  }
  return std::nullopt;
}

std::string packed(const Record& record) {
  std::string out;
  out.reserve(4096 + 100 * (record.events.size() + record.moves.size()));
  Packer packer(out);
  pack_fields(packer, record);
  return out;
}

std::optional<Record> unpacked(std::string_view bytes) {
  Record r;
  Unpacker unpacker(bytes);
  pack_fields(unpacker, r);
  if (!unpacker.good() || !contradiction_in(r).empty()) return std::nullopt;
  return r;
}

}  // namespace sockrig
