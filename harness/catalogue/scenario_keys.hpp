// The keys of a scenario file, as one table for a person to read.
//
// Decides nothing: scenario.cpp reads the file, and a test holds that it accepts these keys and no other. The
// parameters of faults and the script language have tables of their own (faults/fault.hpp, script_table.hpp).
#pragma once

#include <span>
#include <string_view>

namespace sockrig {

struct ScenarioKey {
  std::string_view table;     // "" = above the first table; "[world]", "[[fault]]"
  std::string_view key;       // "level"
  std::string_view values;    // what it takes, with its range: "must | should"
  std::string_view standard;  // what holds without it; "" = it must be given
  std::string_view meaning;   // one sentence
  std::string_view example;   // the line as it may stand in a file
};

// In the order in which one writes them: a table's keys stand together.
std::span<const ScenarioKey> scenario_keys();

// A whole file that is right, to begin with.
std::string_view scenario_example();

}  // namespace sockrig
