#include "run/garbage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "run/check.hpp"
#include "run/proc.hpp"

namespace sockrig {
namespace {

// Looks through a file piece by piece: programs can be large.
bool holds(const std::string& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string piece;
  char buffer[1 << 16];
  for (ssize_t got; file && (got = ::read(file.get(), buffer, sizeof buffer)) > 0;) {
    piece.erase(0, piece.size() - std::min(piece.size(), text.size() - 1));
    piece.append(buffer, static_cast<std::size_t>(got));
    if (piece.find(text) != std::string::npos) return true;
  }
  return false;
}

std::string garbage_collector(pid_t pid) {
  const std::string base = "/proc/" + std::to_string(pid);
  const std::string maps = read_file(base + "/maps");
  constexpr std::array<std::string_view, 9> known = {"libjvm.so",    "libcoreclr.so", "libmono-2.",
                                                     "libmonosgen-", "libnode",       "libruby",
                                                     "beam.smp",     "libgc.so",      "libguile"};
  for (const std::string_view name : known) {
    if (maps.find(name) != std::string::npos) return std::string(name);
  }
  // It keeps what is freed for a while, to see who uses it after that; linked into the program, its shadow memory
  // tells.
  if (maps.find("libasan.so") != std::string::npos || maps.find("-10007fff8000 ") != std::string::npos)
    return "AddressSanitizer";
  if (maps.find("/node\n") != std::string::npos && holds(base + "/exe", "NODE_OPTIONS")) return "node";
  if (holds(base + "/exe", "OCAMLRUNPARAM")) return "OCaml";
  return maps.find("libgo.so") != std::string::npos || holds(base + "/exe", "\xff Go buildinf:") ? "Go" : "";
}

}  // namespace

std::string garbage_collector(const std::vector<pid_t>& pids) {
  for (const pid_t pid : pids) {
    if (std::string found = garbage_collector(pid); !found.empty()) return found;
  }
  return "";
}

}  // namespace sockrig
