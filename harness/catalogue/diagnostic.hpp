// Where something is wrong in a file that a person wrote, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults/nearest.hpp"

namespace sockrig {

struct Diagnostic {
  std::string file;
  int line = 0;         // 1-based; 0 = the file as a whole
  int column = 0;       // 1-based; 0 = the line as a whole
  std::string message;  // what is wrong, what was expected, "did you mean …"
  bool operator==(const Diagnostic&) const = default;
};
using Diagnostics = std::vector<Diagnostic>;

// "scenarios/stream/x.toml:3:9: unknown key 'clauze' (did you mean 'clause'?)"
std::string to_string(const Diagnostic& d);

}  // namespace sockrig
