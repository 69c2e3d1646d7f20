// What this machine allows and refuses, and the one command that would help.
//
// Decides nothing about runs: `doctor` prints it, and `run` says the part of it that stands in its way.
#pragma once

#include <string>
#include <vector>

#include "cli/paths.hpp"

namespace sockrig {

struct Finding {
  bool ok = false;
  bool needed = true;  // without it `run` does not work
  std::string what;    // "namespaces", "sock_diag"
  std::string found;   // "usable", or the call that failed
  std::string advice;  // "" if there is none
};

// Why a namespace is likely refused, from the kernel's own switches, and what to do.
std::string namespace_advice();

std::vector<Finding> check_machine(const Paths& paths);

}  // namespace sockrig
