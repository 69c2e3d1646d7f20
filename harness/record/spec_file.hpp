// The spec of a run written down and read back: everything that the run depended on, so that it can be carried out
// again and its record judged.
//
// Pure. The scenario and the dialogue are kept as the files said them, and are read with the same checks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plan/run_spec.hpp"

namespace sockrig {

// Raised with every change of what a spec says; another version is refused.
inline constexpr std::string_view spec_schema = "sockrig/spec/v1";

std::string spec_to_json(const RunSpec& spec);
// Nothing if it is no spec of this version; `problem` then says where and what was expected.
std::optional<RunSpec> spec_from_json(std::string_view json, std::string& problem);

}  // namespace sockrig
