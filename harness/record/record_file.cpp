#include "record/record_file.hpp"

#include "record/fields.hpp"
#include "record/json_reader.hpp"
#include "record/json_writer.hpp"
#include "record/moments.hpp"
#include "record/packed.hpp"
#include "record/planned_steps.hpp"

namespace sockrig {
namespace {

std::string_view name_of(const PeerMove&) {
  return "peer";
}
std::string_view name_of(const CallEvent&) {
  return "call";
}
std::string_view name_of(const LookTaken&) {
  return "look";
}
std::string_view name_of(const KernelFact&) {
  return "fact";
}
std::string_view name_of(const LifeEvent&) {
  return "life";
}
std::string_view name_of(const OutputPiece&) {
  return "wrote";
}

void write_timeline(JsonWriter& json, std::string& out, const Record& r) {
  bool first = true;
  json.key("timeline");
  out += '[';
  for_each_moment(r, [&](const auto& moment) {
    out += first ? "\n" : ",\n";
    first = false;
    json.begin();
    json.always("at", time_of(moment));
    json.always("is", name_of(moment));
    fields(json, moment);
    json.end();
  });
  out += ']';
}

template <typename T>
void read_moment(JsonReader& reader, std::uint64_t at, std::vector<T>& to) {
  T& moment = to.emplace_back();
  fields(reader, moment);
  time_of(moment) = at;
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
      throw FormError(path + "/is: expected one of peer, call, look, fact, life, wrote, found \"" + is.substr(0, 60) +
                      "\"");
    reader.finish();
  }
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

std::optional<Record> unpacked(std::string_view bytes, std::string& problem) {
  Record r;
  Unpacker unpacker(bytes);
  pack_fields(unpacker, r);
  problem = unpacker.good() ? contradiction_in(r) : "it is cut off, or holds what no record does";
  if (!problem.empty()) return std::nullopt;
  return r;
}

}  // namespace sockrig
