// Where the things that belong to sockrig are: found from where the program stands, in the build tree as after
// installation.
//
// Decides nothing else. It must never fall back to the current directory: what a subject leaves lying there would run.
#pragma once

#include <string>

namespace sockrig {

struct Paths {
  std::string program;           // sockrig itself
  std::string scenarios;         // folder; SOCKRIG_SCENARIOS replaces it
  std::string shim;              // the library that is preloaded
  std::string reference_server;  // what is tested when no command was given
  std::string reference_client;
  std::string planted = "";        // folder of the planted mistakes and the correct programs, for `selftest`
  std::string reference_dialogue;  // what the reference server is asked where it is the custom server
};

// Nothing of it is looked for yet: a command that does not need the shim works without it. Throws std::system_error if
// /proc is not there.
Paths find_paths();

// "" if it can be used, else one sentence that says what is missing and where it should be.
std::string trouble_with_shim(const Paths& paths);
std::string trouble_with_scenarios(const Paths& paths);
std::string trouble_with_reference(const std::string& program);

}  // namespace sockrig
