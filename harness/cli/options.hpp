// Options of a command: parsed the same way everywhere, with a suggestion for what was mistyped.
//
// Decides how usage errors and --help look. It never knows what an option means.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace sockrig {

struct CommandUsage {
  std::string command;        // "list"
  std::string synopsis;       // "[--json] [SELECTOR…]"
  std::string description;    // what it does, in one paragraph
  std::string words;          // name for the words that belong to no option ("selector"); "" = there must be none
  std::string examples = "";  // command lines, one a line
};

// Fills `values`; the words that belong to no option are in `words`. `--help` is added to the options here. Returns the
// exit code if the command is over already: 0 after --help (usage on `out`), 2 after a mistake (told on `err`).
std::optional<int> parse_options(const std::vector<std::string>& arguments, const CommandUsage& usage,
                                 const boost::program_options::options_description& options,
                                 boost::program_options::variables_map& values, std::vector<std::string>& words,
                                 std::ostream& out, std::ostream& err);

}  // namespace sockrig
