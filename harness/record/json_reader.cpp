#include "record/json_reader.hpp"

#include <algorithm>
#include <utility>

namespace sockrig {
namespace {

using Json = nlohmann::json;

// A value takes sixteen bytes and more: what a file of a few bytes each may become in memory is bounded by their
// number.
constexpr std::size_t most_values = 6'000'000;
constexpr std::size_t deepest = 64;

// Goes through a document without keeping any of it, and stops where it would be too much.
struct Counter {
  std::size_t values = 0, depth = 0;
  std::string problem;
  bool one() {
    if (++values <= most_values) return true;
    problem = "it holds more than " + std::to_string(most_values) + " values";
    return false;
  }
  bool in() {
    if (++depth <= deepest) return one();
    problem = "it is nested more than " + std::to_string(deepest) + " deep";
    return false;
  }
  bool out() {
    --depth;
    return true;
  }
  bool null() { return one(); }
  bool boolean(bool) { return one(); }
  bool number_integer(Json::number_integer_t) { return one(); }
  bool number_unsigned(Json::number_unsigned_t) { return one(); }
  bool number_float(Json::number_float_t, const std::string&) { return one(); }
  bool string(std::string&) { return one(); }
  bool binary(Json::binary_t&) { return one(); }
  bool start_object(std::size_t) { return in(); }
  bool key(std::string&) { return true; }
  bool end_object() { return out(); }
  bool start_array(std::size_t) { return in(); }
  bool end_array() { return out(); }
  [[noreturn]] bool parse_error(std::size_t, const std::string&, const Json::exception& e) {
    throw Json::parse_error(dynamic_cast<const Json::parse_error&>(e));
  }
};

std::string told(const Json& node) {
  std::string text = node.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

}  // namespace

Json parse_json(std::string_view text) {
  Counter counter;
  try {
    if (Json::sax_parse(text.begin(), text.end(), &counter)) return Json::parse(text.begin(), text.end());
    throw FormError(counter.problem);
  } catch (const Json::exception& e) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: …": what stands before the place is the
    // library's.
    const std::string what = e.what();
    const auto at = what.find("at line");
    throw FormError("not JSON " + (at == what.npos ? what : what.substr(at)));
  }
}

void require_schema(JsonReader& reader, std::string_view schema) {
  std::string found;
  JsonReader::read(reader.at("schema"), "/schema", found);
  if (found == schema) return;
  const std::string_view form = schema.substr(0, schema.rfind('/') + 1);
  throw FormError(found.starts_with(form)
                      ? "/schema: it is of another version (" + found + ") than this sockrig reads (" +
                            std::string(schema) + ")"
                      : "/schema: expected \"" + std::string(schema) + "\", found \"" + found.substr(0, 60) + "\"");
}

JsonReader::JsonReader(const Json& node, std::string path) : node_(object(node, path)), path_(std::move(path)) {}

const Json* JsonReader::find(std::string_view name) {
  known_.push_back(name);
  const auto found = node_.find(name);
  return found == node_.end() ? nullptr : &*found;
}

const Json& JsonReader::at(std::string_view name) {
  const Json* found = find(name);
  if (found == nullptr) fail("", "'" + std::string(name) + "' is missing");
  return *found;
}

void JsonReader::finish() const {
  for (const auto& [name, value] : node_.items()) {
    if (std::ranges::find(known_, name) == known_.end()) fail("/" + name, "unknown key");
  }
}

void JsonReader::fail(const std::string& below, const std::string& what) const {
  const std::string path = path_ + below;
  throw FormError((path.empty() ? "/" : path) + ": " + what);
}

void JsonReader::wrong(const Json& node, const std::string& path, const std::string& expected) {
  throw FormError((path.empty() ? "/" : path) + ": expected " + expected + ", found " + told(node));
}

bool JsonReader::boolean(const Json& node, const std::string& path) {
  if (!node.is_boolean()) wrong(node, path, "true or false");
  return node.get<bool>();
}

double JsonReader::real(const Json& node, const std::string& path) {
  if (!node.is_number()) wrong(node, path, "a number");
  return node.get<double>();
}

std::string JsonReader::word(const Json& node, const std::string& path) {
  if (!node.is_string()) wrong(node, path, "a string");
  return node.get<std::string>();
}

// Text, or bytes a character each (json_writer.hpp).
std::string JsonReader::bytes(const Json& node, const std::string& path) {
  if (!node.is_object()) return word(node, path);
  JsonReader reader(node, path);
  const std::string text = word(reader.at("latin1"), path + "/latin1");
  reader.finish();
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      out += text[i];
    } else if ((c == 0xc2 || c == 0xc3) && i + 1 < text.size()) {
      out += static_cast<char>((c & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
    } else {
      wrong(node, path + "/latin1", "characters up to U+00FF");
    }
  }
  return out;
}

const Json& JsonReader::list(const Json& node, const std::string& path) {
  if (!node.is_array()) wrong(node, path, "a list");
  return node;
}

const Json& JsonReader::object(const Json& node, const std::string& path) {
  if (!node.is_object()) wrong(node, path, "an object");
  return node;
}

}  // namespace sockrig
