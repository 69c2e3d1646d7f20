// One run of one scenario: a world, a region, a subject, a rig; what happened comes back.
#pragma once

#include <string>

#include "plan/run_spec.hpp"
#include "record/record.hpp"

namespace sockrig {

struct RunSettings {
  bool namespaces = true;
  std::string shim;  // path of the shim library
};

// Must be called in a process of its own, once: it changes the process's namespaces and ends everything below
// it before it returns. Throws std::exception if the harness fails; never because of what the subject does.
Record run_scenario(const RunSpec& spec, const RunSettings& settings);

// The command with its placeholders filled in.
std::string fill_command(const std::string& command, const std::string& host, const std::string& port);

}  // namespace sockrig
