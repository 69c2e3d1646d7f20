#include "catalogue/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sockrig {
namespace {

std::string_view name_of(toml::node_type type) {
  switch (type) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a point";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
  }
  return "?";
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Diagnostic at(const std::string& file, const toml::source_position& where, std::string message) {
  return {file, static_cast<int>(where.line), static_cast<int>(where.column), std::move(message)};
}

std::string_view type_name(const toml::node& node) {
  return name_of(node.type());
}

void TableReader::problem(const toml::node& node, std::string message) {
  out_.push_back(at(file_, node.source().begin, std::move(message)));
}

void TableReader::problem(std::string_view key, std::string message) {
  const toml::node* node = table_.get(key);
  problem(node != nullptr ? *node : static_cast<const toml::node&>(table_), std::move(message));
}

const toml::node* TableReader::find(std::string_view key) {
  asked_.emplace_back(key);
  return table_.get(key);
}

bool TableReader::right_type(std::string_view key, const toml::node& node, toml::node_type type) {
  if (node.type() == type) return true;
  problem(node, fmt::format("'{}' must be {}, not {}", key, name_of(type), type_name(node)));
  return false;
}

std::optional<std::string> TableReader::text(std::string_view key, bool required) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    if (required) {
      problem(table_, fmt::format("{}{}'{}' is missing", name_, name_.empty() ? "" : ": ", key));
    }
    return std::nullopt;
  }
  if (!right_type(key, *node, toml::node_type::string)) return std::nullopt;
  const std::string& value = node->as_string()->get();
  if (is_blank(value)) {
    problem(*node, fmt::format("'{}' is empty", key));
    return std::nullopt;
  }
  // A terminal or a report would obey them.
  if (std::any_of(value.begin(), value.end(), [](unsigned char c) { return (c < ' ' && c != '\n') || c == 127; })) {
    problem(*node, fmt::format("'{}' holds a control character", key));
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> TableReader::line(std::string_view key, bool required) {
  std::optional<std::string> value = text(key, required);
  if (value && value->find('\n') != std::string::npos) {
    problem(key, fmt::format("'{}' must stand on one line", key));
    return std::nullopt;
  }
  return value;
}

std::optional<bool> TableReader::yes_or_no(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr || !right_type(key, *node, toml::node_type::boolean)) return std::nullopt;
  return node->as_boolean()->get();
}

std::optional<std::int64_t> TableReader::number(std::string_view key, std::int64_t least, std::int64_t most) {
  const toml::node* node = find(key);
  if (node == nullptr || !right_type(key, *node, toml::node_type::integer)) return std::nullopt;
  const std::int64_t value = node->as_integer()->get();
  if (value >= least && value <= most) return value;
  problem(*node, fmt::format("'{}' is out of range: {} (expected {} to {})", key, value, least, most));
  return std::nullopt;
}

std::vector<const toml::node*> TableReader::strings(std::string_view key) {
  std::vector<const toml::node*> out;
  const toml::node* node = find(key);
  if (node == nullptr || !right_type(key, *node, toml::node_type::array)) return out;
  for (const toml::node& element : *node->as_array()) {
    if (!element.is_string()) {
      problem(element, fmt::format("'{}' must hold strings, not {}", key, type_name(element)));
    } else if (is_blank(element.as_string()->get())) {
      problem(element, fmt::format("'{}' holds an empty string", key));
    } else {
      out.push_back(&element);
    }
  }
  return out;
}

const toml::table* TableReader::table(std::string_view key, bool required) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    if (required) problem(table_, fmt::format("[{}] is missing", key));
    return nullptr;
  }
  return right_type(key, *node, toml::node_type::table) ? node->as_table() : nullptr;
}

void TableReader::refuse_the_rest() {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    out_.push_back(at(file_, key.source().begin,
                      fmt::format("unknown key '{}'{}{}", name, name_.empty() ? "" : fmt::format(" in {}", name_),
                                  did_you_mean(name, asked_))));
  }
}

}  // namespace sockrig
