// Archives (fields.hpp) for what passes between two processes of ours: the same fields in the same order, as bytes.
//
// It must never leave the machine nor the moment: it has no names and no version. What is cut off or out of range is
// refused (Unpacker::good), since its writer may have been killed in the middle.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "record/enum_names.hpp"
#include "record/moments.hpp"

namespace sockrig {

// What there is most of goes as it lies in memory; whether its enums hold what they can is then asked for.
template <typename T>
inline constexpr bool goes_whole = false;
template <>
inline constexpr bool goes_whole<CallEvent> = std::is_trivially_copyable_v<CallEvent>;
inline bool is_possible(const CallEvent& e) {
  return e.call <= wire::Call::count && e.withheld <= wire::Withheld::count;
}

class Packer {
 public:
  static constexpr bool reads = false;
  explicit Packer(std::string& out) : out_(out) {}

  template <typename T>
  void operator()(std::string_view, const T& value, const std::type_identity_t<T>& = T{}) {
    write(value);
  }
  template <typename T>
  void always(std::string_view, const T& value) {
    write(value);
  }
  void flag(std::string_view, std::uint16_t flags, std::uint16_t bit) { write((flags & bit) != 0); }
  template <typename E>
  void bits(std::string_view, std::uint32_t value) {
    write(value);
  }
  void rules(std::string_view, std::uint32_t value) { write(value); }
  template <std::size_t n>
  void counts(std::string_view, const std::uint32_t (&all)[n]) {
    for (const std::uint32_t count : all) write(count);
  }

  template <typename T>
  void write(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    else
      write_compound(value);
  }

 private:
  void write_compound(const std::string& value) {
    write(value.size());
    out_ += value;
  }
  template <typename T>
  void write_compound(const std::optional<T>& value) {
    write(value.has_value());
    if (value) write(*value);
  }
  template <typename T>
  void write_compound(const std::vector<T>& values) {
    write(values.size());
    if constexpr (goes_whole<T>)
      out_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    else
      for (const T& value : values) write(value);
  }
  template <typename T>
  void write_compound(const std::map<std::string, T>& values) {
    write(values.size());
    for (const auto& [name, value] : values) write(name), write(value);
  }
  template <typename T>
  void write_compound(const T& value) {
    if constexpr (requires { time_of(value); }) write(time_of(value));
    fields(*this, value);
  }
  std::string& out_;
};

class Unpacker {
 public:
  static constexpr bool reads = true;
  explicit Unpacker(std::string_view in) : in_(in) {}
  // All was there, and nothing else.
  bool good() const { return good_ && in_.empty(); }

  template <typename T>
  void operator()(std::string_view, T& value, const std::type_identity_t<T>& = T{}) {
    read(value);
  }
  template <typename T>
  void always(std::string_view, T& value) {
    read(value);
  }
  void flag(std::string_view, std::uint16_t& flags, std::uint16_t bit) {
    bool set = false;
    read(set);
    flags = static_cast<std::uint16_t>(set ? flags | bit : flags & ~bit);
  }
  template <typename E>
  void bits(std::string_view, std::uint32_t& value) {
    read(value);
  }
  void rules(std::string_view, std::uint32_t& value) { read(value); }
  template <std::size_t n>
  void counts(std::string_view, std::uint32_t (&all)[n]) {
    for (std::uint32_t& count : all) read(count);
  }

  template <typename T>
  void read(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      read(byte);
      value = byte == 1;
      good_ = good_ && byte <= 1;
    } else if constexpr (std::is_enum_v<T>) {
      read_bytes(&value, sizeof value);
      good_ = good_ && !name_in_table(value).empty();
      if (!good_) value = T{};
    } else if constexpr (std::is_arithmetic_v<T>) {
      read_bytes(&value, sizeof value);
    } else {
      read_compound(value);
    }
  }

 private:
  void read_bytes(void* to, std::size_t size) {
    good_ = good_ && size <= in_.size();
    if (!good_) return;
    std::memcpy(to, in_.data(), size);
    in_.remove_prefix(size);
  }
  // How many elements there are: each takes a byte at least.
  std::size_t count() {
    std::size_t n = 0;
    read(n);
    good_ = good_ && n <= in_.size();
    return good_ ? n : 0;
  }
  void read_compound(std::string& value) {
    const std::size_t size = count();
    value.assign(in_.substr(0, size));
    in_.remove_prefix(size);
  }
  template <typename T>
  void read_compound(std::optional<T>& value) {
    bool there = false;
    read(there);
    value.reset();
    if (there) read(value.emplace());
  }
  template <typename T>
  void read_compound(std::vector<T>& values) {
    values.clear();
    const std::size_t n = count();
    if constexpr (goes_whole<T>) {
      good_ = good_ && n <= in_.size() / sizeof(T);
      if (!good_) return;
      values.resize(n);
      read_bytes(values.data(), n * sizeof(T));
      good_ = good_ && std::ranges::all_of(values, is_possible);
    } else {
      for (std::size_t left = n; left > 0 && good_; --left) read(values.emplace_back());
    }
  }
  template <typename T>
  void read_compound(std::map<std::string, T>& values) {
    values.clear();
    for (std::size_t n = count(); n > 0 && good_; --n) {
      std::string name;
      read(name);
      read(values[name]);
    }
  }
  template <typename T>
  void read_compound(T& value) {
    if constexpr (requires { time_of(value); }) read(time_of(value));
    fields(*this, value);
  }
  std::string_view in_;
  bool good_ = true;
};

}  // namespace sockrig
