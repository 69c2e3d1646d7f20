// Reads one TOML table strictly: each key is asked for once, and what nobody asked for is a problem.
//
// Decides how type and key errors are told. It knows nothing about scenarios.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/diagnostic.hpp"

namespace sockrig {
// toml++ 3.3 asserts what a file can break ("[[[" does), and without assertions assumes it, which is undefined. So its
// assertions are kept in every build, and throw.
constexpr void toml_assert(bool holds) {
  if (!holds) throw std::logic_error("no TOML");
}
}  // namespace sockrig

#pragma push_macro("NDEBUG")
#undef NDEBUG
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) ::sockrig::toml_assert(static_cast<bool>(condition))
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace sockrig {

// A diagnostic's place, from the parser's.
Diagnostic at(const std::string& file, const toml::source_position& where, std::string message);

class TableReader {
 public:
  // `name` is how messages call the table: "[world]", or "" for the file's top.
  TableReader(const toml::table& table, std::string name, const std::string& file, Diagnostics& out)
      : table_(table), name_(std::move(name)), file_(file), out_(out) {}

  const toml::node* find(std::string_view key);
  // These tell a wrong type themselves, and return nothing for it as for a key that is not there.
  std::optional<std::string> text(std::string_view key, bool required = false);  // one line or more, never blank
  std::optional<std::string> line(std::string_view key, bool required = false);  // without line breaks
  std::optional<bool> yes_or_no(std::string_view key);
  std::optional<std::int64_t> number(std::string_view key, std::int64_t least, std::int64_t most);
  std::vector<const toml::node*> strings(std::string_view key);  // an array of strings that are not blank
  const toml::table* table(std::string_view key, bool required = false);

  // To be called last: tells every key that was not asked for.
  void refuse_the_rest();

  void problem(std::string_view key, std::string message);  // at the key's value
  void problem(const toml::node& node, std::string message);

 private:
  bool right_type(std::string_view key, const toml::node& node, toml::node_type type);

  const toml::table& table_;
  std::string name_;
  const std::string& file_;
  Diagnostics& out_;
  std::vector<std::string> asked_;
};

std::string_view type_name(const toml::node& node);  // "a whole number"

}  // namespace sockrig
