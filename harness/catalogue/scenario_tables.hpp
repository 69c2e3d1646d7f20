// The tables of a scenario file that have a reader of their own.
//
// Decides nothing: each function reads what its table says into the scenario, and tells what is wrong with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalogue/scenario.hpp"
#include "catalogue/toml_reader.hpp"

namespace sockrig {

// The file as it was written, to find where a script's text begins, and the problems found in it.
struct Source {
  std::string_view text;
  const std::string& file;
  Diagnostics& out;
};

void read_world(TableReader& top, Scenario& s, const Source& source);    // [world]
void read_subject(TableReader& top, Scenario& s, const Source& source);  // [subject]
void read_peer(TableReader& top, Scenario& s, const Source& source);     // [peer]
void read_scripts(TableReader& top, Scenario& s, const Source& source);  // [script]

std::vector<std::string> role_words();

}  // namespace sockrig
