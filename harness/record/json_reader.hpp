// An archive (fields.hpp) that reads JSON, strictly: what is missing has its usual value, what is of the wrong type,
// out of range or unknown is a FormError that says where.
#pragma once

#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "record/enum_names.hpp"

namespace sockrig {

// "/channels/0/sent: expected a whole number from 0 to …, found \"x\"". The place is a JSON pointer (RFC 6901).
struct FormError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Parses a document; FormError with line and column where it is not JSON, or is too much: more than `most_values`
// values.
nlohmann::json parse_json(std::string_view text);

class JsonReader;
// FormError unless the document says that it is of this form and version ("schema").
void require_schema(JsonReader& reader, std::string_view schema);

class JsonReader {
 public:
  static constexpr bool reads = true;
  static constexpr std::size_t most_elements = 200'000;  // of a list
  using Json = nlohmann::json;
  JsonReader(const Json& node, std::string path);  // FormError if it is no object
  ~JsonReader() = default;

  template <typename T>
  void operator()(std::string_view name, T& value, const std::type_identity_t<T>& usual = T{}) {
    const Json* found = find(name);
    if (found == nullptr) {
      value = usual;
      return;
    }
    read(*found, path_ + "/" + std::string(name), value);
  }
  template <typename T>
  void always(std::string_view name, T& value) {
    read(at(name), path_ + "/" + std::string(name), value);
  }
  void flag(std::string_view name, std::uint16_t& flags, std::uint16_t bit) {
    bool set = false;
    (*this)(name, set);
    flags = static_cast<std::uint16_t>(set ? flags | bit : flags & ~bit);
  }
  template <typename E>
  void bits(std::string_view name, std::uint32_t& value) {
    std::vector<E> set;
    (*this)(name, set);
    value = 0;
    for (const E bit : set) value |= static_cast<std::uint32_t>(bit);
  }
  void rules(std::string_view name, std::uint32_t& value) {
    std::vector<std::uint32_t> ids;
    (*this)(name, ids);
    value = 0;
    for (const std::uint32_t id : ids) {
      if (id == 0 || id > wire::max_rules) fail("/" + std::string(name), "there is no rule " + std::to_string(id));
      value |= wire::rule_bit(id);
    }
  }
  template <std::size_t n>
  void counts(std::string_view name, std::uint32_t (&all)[n]) {
    std::map<std::string, std::uint32_t> some;
    (*this)(name, some);
    for (std::uint32_t& count : all) count = 0;
    for (const auto& [reason, count] : some) {
      const auto why = value_in_table<wire::Withheld>(reason);
      if (!why || static_cast<std::size_t>(*why) >= n) unknown(std::string(name), reason);
      all[static_cast<std::size_t>(*why)] = count;
    }
  }
  // What must be there.
  const Json& at(std::string_view name);
  // FormError if the object holds what nobody asked for.
  void finish() const;

  template <typename T>
  static void read(const Json& node, const std::string& path, T& value) {
    if constexpr (std::is_same_v<T, bool>)
      value = boolean(node, path);
    else if constexpr (std::is_enum_v<T>)
      value = named<T>(node, path);
    else if constexpr (std::is_integral_v<T>)
      value = whole<T>(node, path);
    else if constexpr (std::is_floating_point_v<T>)
      value = real(node, path);
    else if constexpr (std::is_same_v<T, std::string>)
      value = bytes(node, path);
    else
      read_compound(node, path, value);
  }

 private:
  [[noreturn]] void fail(const std::string& below, const std::string& what) const;
  const Json* find(std::string_view name);
  static bool boolean(const Json& node, const std::string& path);
  static double real(const Json& node, const std::string& path);
  static std::string bytes(const Json& node, const std::string& path);
  static std::string word(const Json& node, const std::string& path);
  static const Json& list(const Json& node, const std::string& path);
  static const Json& object(const Json& node, const std::string& path);
  [[noreturn]] void unknown(const std::string& name, const std::string& reason) const;
  [[noreturn]] static void wrong(const Json& node, const std::string& path, const std::string& expected);

  template <typename T>
  static T whole(const Json& node, const std::string& path) {
    using Limits = std::numeric_limits<T>;
    const bool fits = node.is_number_unsigned()  ? std::in_range<T>(node.get<std::uint64_t>())
                      : node.is_number_integer() ? std::in_range<T>(node.get<std::int64_t>())
                                                 : false;
    if (!fits)
      wrong(node, path,
            "a whole number from " + std::to_string(Limits::min()) + " to " + std::to_string(Limits::max()));
    return node.get<T>();
  }
  template <typename E>
  static E named(const Json& node, const std::string& path) {
    if (const auto value = value_in_table<E>(word(node, path))) return *value;
    std::string known;
    for (const EnumName<E>& n : names_of(E{})) known += (known.empty() ? "" : ", ") + std::string(n.name);
    wrong(node, path, "one of " + known);
  }
  template <typename T>
  static void read_compound(const Json& node, const std::string& path, std::optional<T>& value) {
    value.reset();
    if (!node.is_null()) read(node, path, value.emplace());
  }
  template <typename T>
  static void read_compound(const Json& node, const std::string& path, std::vector<T>& values) {
    values.clear();
    // A few bytes of a file may be hundreds here.
    if (list(node, path).size() > most_elements)
      throw FormError(path + ": expected at most " + std::to_string(most_elements) + ", found " +
                      std::to_string(node.size()));
    for (const Json& element : node) {
      const std::string below = path + "/" + std::to_string(values.size());
      read(element, below, values.emplace_back());
    }
  }
  template <typename T>
  static void read_compound(const Json& node, const std::string& path, std::map<std::string, T>& values) {
    values.clear();
    for (const auto& [name, element] : object(node, path).items()) read(element, path + "/" + name, values[name]);
  }
  template <typename T>
  static void read_compound(const Json& node, const std::string& path, T& value) {
    JsonReader below(node, path);
    fields(below, value);
    below.finish();
  }

  const Json& node_;
  std::string path_;
  std::vector<std::string_view> known_;
};

}  // namespace sockrig
