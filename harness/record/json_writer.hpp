// An archive (fields.hpp) that writes JSON.
//
// Decides spelling: what has its usual value is left out; enums by name; strings as they are if they are UTF-8, else
// {"latin1": "…"}, a character a byte, so that no byte is lost.
#pragma once

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "record/enum_names.hpp"

namespace sockrig {

class JsonWriter {
 public:
  static constexpr bool reads = false;
  // Fields of the outermost object, and elements of the lists in them, get a line each.
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin() {
    out_ += '{';
    ++depth_;
    empty_ = true;
  }
  void end() {
    --depth_;
    if (depth_ == 0) out_ += '\n';
    out_ += '}';
    empty_ = false;
  }

  template <typename T>
  void operator()(std::string_view name, const T& value, const std::type_identity_t<T>& usual = T{}) {
    if (value == usual) return;
    key(name);
    write(value);
  }
  // Always written, whatever its value.
  template <typename T>
  void always(std::string_view name, const T& value) {
    key(name);
    write(value);
  }
  void flag(std::string_view name, std::uint16_t flags, std::uint16_t bit) { (*this)(name, (flags & bit) != 0); }
  template <typename E>
  void bits(std::string_view name, std::uint32_t value) {
    std::vector<std::string> set;
    for (const EnumName<E>& n : names_of(E{})) {
      if ((value & static_cast<std::uint32_t>(n.value)) != 0) set.emplace_back(n.name);
    }
    (*this)(name, set);
  }
  // The numbers of those that a call met, from 1.
  void rules(std::string_view name, std::uint32_t value) {
    std::vector<std::uint32_t> ids;
    for (std::uint32_t id = 1; id <= wire::max_rules; ++id) {
      if ((value & wire::rule_bit(id)) != 0) ids.push_back(id);
    }
    (*this)(name, ids);
  }
  // How often each reason held the rule back.
  template <std::size_t n>
  void counts(std::string_view name, const std::uint32_t (&all)[n]) {
    std::map<std::string, std::uint32_t> some;
    for (std::size_t i = 0; i < n; ++i) {
      if (all[i] != 0) some[std::string(name_in_table(static_cast<wire::Withheld>(i)))] = all[i];
    }
    (*this)(name, some);
  }

  void key(std::string_view name) {
    if (!empty_) out_ += ',';
    if (depth_ == 1) out_ += '\n';
    write_text(name);
    out_ += ':';
    empty_ = false;
  }

  template <typename T>
  void write(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
      out_ += value ? "true" : "false";
    else if constexpr (std::is_enum_v<T>)
      write_text(name_in_table(value));
    else if constexpr (std::is_arithmetic_v<T>)
      write_number(value);
    else if constexpr (std::is_convertible_v<T, std::string_view>)
      write_bytes(value);
    else
      write_compound(value);
  }

 private:
  template <typename T>
  void write_number(T value) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out_.append(text, static_cast<std::size_t>(end - text));
  }
  template <typename T>
  void write_compound(const std::optional<T>& value) {
    if (value)
      write(*value);
    else
      out_ += "null";
  }
  template <typename T>
  void write_compound(const std::vector<T>& values) {
    const bool lines = depth_ == 1 && !std::is_arithmetic_v<T>;
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i != 0) out_ += ',';
      if (lines) out_ += '\n';
      write(values[i]);
    }
    out_ += ']';
  }
  template <typename T>
  void write_compound(const std::map<std::string, T>& values) {
    begin();
    for (const auto& [name, value] : values) always(name, value);
    end();
    empty_ = false;
  }
  template <typename T>
  void write_compound(const T& value) {
    begin();
    fields(*this, value);
    end();
  }
  void write_text(std::string_view text);    // is UTF-8
  void write_bytes(std::string_view bytes);  // may be anything

  std::string& out_;
  int depth_ = 0;
  bool empty_ = true;  // nothing was written into the innermost object so far
};

}  // namespace sockrig
