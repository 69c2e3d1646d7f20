#include "cli/paths.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "layout.hpp"

namespace sockrig {

Paths find_paths() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  const std::filesystem::path bin = program.parent_path();
  const std::filesystem::path prefix = (bin / layout::prefix_from_bin).lexically_normal();
  Paths paths{
      .program = program,
      .scenarios = prefix / layout::data / "scenarios",
      .shim = prefix / layout::libraries / "libsockrig-shim.so",
      .reference_server = bin / "reference-server",
      .reference_client = bin / "reference-client",
      .planted = prefix / layout::programs,
      .reference_dialogue = prefix / layout::data / "lines.dialogue",
  };
  const char* const scenarios = std::getenv("SOCKRIG_SCENARIOS");
  if (scenarios != nullptr && *scenarios != '\0') paths.scenarios = scenarios;
  return paths;
}

std::string trouble_with_shim(const Paths& paths) {
  if (::access(paths.shim.c_str(), R_OK) != 0) {
    return "the shim library is not at " + paths.shim + ": build or install all of sockrig, not the program alone";
  }
  // The dynamic linker splits LD_PRELOAD at both, and neither can be escaped.
  if (paths.shim.find_first_of(" :") != std::string::npos) {
    return "the shim library cannot be preloaded from a path with a space or a colon in it: " + paths.shim;
  }
  return "";
}

std::string trouble_with_scenarios(const Paths& paths) {
  std::error_code ignored;
  if (std::filesystem::is_directory(paths.scenarios, ignored)) return "";
  return "no folder of scenarios at " + paths.scenarios + ": name one with --scenarios DIR or SOCKRIG_SCENARIOS";
}

std::string trouble_with_reference(const std::string& program) {
  if (::access(program.c_str(), X_OK) == 0) return "";
  return "no command was given, and the reference program is not at " + program;
}

}  // namespace sockrig
