// The words of the catalogue's enumerations, both ways.
#include <array>
#include <utility>

#include "catalogue/scenario.hpp"

namespace sockrig {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 5> roles = {{{Role::echo_server, "echo-server"},
                                                                     {Role::discard_server, "discard-server"},
                                                                     {Role::chargen_server, "chargen-server"},
                                                                     {Role::client, "client"},
                                                                     {Role::custom, "custom"}}};
constexpr std::array<std::pair<Level, std::string_view>, 2> levels = {
    {{Level::must, "must"}, {Level::should, "should"}}};
constexpr std::array<std::pair<Serves, std::string_view>, 3> serves = {
    {{Serves::one, "one"}, {Serves::in_turn, "in-turn"}, {Serves::at_once, "at-once"}}};

constexpr std::array<std::string_view, 12> chapters = {"resolve",  "socket",  "bind",      "listen",
                                                       "accept",   "connect", "stream",    "duplex",
                                                       "shutdown", "close",   "time-wait", "failure"};

template <typename Table, typename Value>
std::string_view word_of(const Table& table, Value value) {
  for (const auto& [candidate, word] : table) {
    if (candidate == value) return word;
  }
  return "?";
}

template <typename Value, std::size_t N>
std::optional<Value> value_of(const std::array<std::pair<Value, std::string_view>, N>& table, std::string_view text) {
  for (const auto& [value, word] : table) {
    if (word == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Role r) {
  return word_of(roles, r);
}
std::string option_of(Role r) {
  return "--" + std::string(to_string(r)) + (r == Role::custom ? "-server" : "");
}
std::string_view to_string(Level l) {
  return word_of(levels, l);
}
std::string_view to_string(Serves s) {
  return word_of(serves, s);
}
std::optional<Role> parse_role(std::string_view text) {
  return value_of(roles, text);
}
std::optional<Level> parse_level(std::string_view text) {
  return value_of(levels, text);
}
std::optional<Serves> parse_serves(std::string_view text) {
  return value_of(serves, text);
}

int chapter_rank(std::string_view chapter) {
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    if (chapters[i] == chapter) return static_cast<int>(i);
  }
  return static_cast<int>(chapters.size());
}

}  // namespace sockrig
