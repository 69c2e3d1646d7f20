#include "record/json_reader.hpp"

#include <algorithm>
#include <utility>

namespace sockrig {
namespace {

using Json = nlohmann::json;

// A value takes sixteen bytes and more: what a file of a few bytes each may become in memory is bounded by their
// number.
constexpr std::size_t most_values = 3'000'000;
constexpr std::size_t deepest = 64;
constexpr std::size_t most_quoted = 60;    // bytes of a value, in a problem
constexpr std::size_t most_message = 300;  // of what the library says

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // no half characters
  return text.substr(0, end) + "...";
}

// A list or an object may hold millions of values: it is not written out to quote its beginning.
std::string told(const Json& node) {
  if (node.is_structured() && !node.empty()) return node.is_array() ? "a list" : "an object";
  const std::string* text = node.get_ptr<const std::string*>();
  const Json quoted = text != nullptr ? Json(cut(*text, 2 * most_quoted)) : node;
  return cut(quoted.dump(-1, ' ', true, Json::error_handler_t::replace), most_quoted);
}

// Looks through a document before anything is made of it. (The parser's own callback would do, but for each object
// that ends in a list it walks through that list.)
class Bounds {
 public:
  bool null() { return count(); }
  bool boolean(bool) { return count(); }
  bool number_integer(Json::number_integer_t) { return count(); }
  bool number_unsigned(Json::number_unsigned_t) { return count(); }
  bool number_float(Json::number_float_t, const std::string&) { return count(); }
  bool string(std::string&) { return count(); }
  bool binary(Json::binary_t&) { return count(); }
  bool key(std::string&) { return count(); }
  bool start_object(std::size_t) { return begin(); }
  bool end_object() { return end(); }
  bool start_array(std::size_t) { return begin(); }
  bool end_array() { return end(); }
  // "[json.exception.parse_error.101] parse error at line 1, column 2: …": what stands before the place is the
  // library's. It quotes what it read last, however long that was. A number that is too large has no line.
  bool parse_error(std::size_t byte, const std::string&, const Json::exception& e) {
    const std::string what = cut(e.what(), most_message);
    const auto at = what.find("at line"), words = what.find("] ");
    if (at != what.npos) throw FormError("not JSON " + what.substr(at));
    throw FormError("not JSON at byte " + std::to_string(byte) + ": " +
                    (words == what.npos ? what : what.substr(words + 2)));
  }

 private:
  bool count() {
    if (++values_ > most_values) throw FormError("it holds more than " + std::to_string(most_values) + " values");
    return true;
  }
  bool begin() {
    if (++depth_ > deepest) throw FormError("it is nested more than " + std::to_string(deepest) + " deep");
    return count();
  }
  bool end() {
    --depth_;
    return true;
  }
  std::size_t values_ = 0, depth_ = 0;
};

}  // namespace

Json parse_json(std::string_view text) {
  Bounds bounds;
  Json::sax_parse(text.begin(), text.end(), &bounds);
  return Json::parse(text.begin(), text.end());
}

void require_schema(JsonReader& reader, std::string_view schema) {
  std::string found;
  JsonReader::read(reader.at("schema"), "/schema", found);
  if (found == schema) return;
  const std::string_view form = schema.substr(0, schema.rfind('/') + 1);
  throw FormError(found.starts_with(form)
                      ? "/schema: it is of another version (" + cut(found, most_quoted) +
                            ") than this sockrig reads (" + std::string(schema) + ")"
                      : "/schema: expected \"" + std::string(schema) + "\", found \"" + cut(found, most_quoted) + "\"");
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
    if (std::ranges::find(known_, name) == known_.end()) fail("/" + cut(name, most_quoted), "unknown key");
  }
}

void JsonReader::fail(const std::string& below, const std::string& what) const {
  const std::string path = path_ + below;
  throw FormError((path.empty() ? "/" : path) + ": " + what);
}

void JsonReader::unknown(const std::string& name, const std::string& reason) const {
  fail("/" + name, "unknown reason '" + cut(reason, most_quoted) + "'");
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
