// What is looked up only for a run that went wrong: who holds which connection, and the source lines of the calls.
#include <cstdlib>
#include <map>

#include "run/rig.hpp"
#include "run/source_lines.hpp"

namespace sockrig {

void Rig::explain_end() {
  const bool killed = record_.subject_ending && record_.subject_ending->by_signal && !record_.ended_by_script;
  if (!over_ && !killed) return;
  for (const pid_t pid : processes_.pids()) {
    for (const OpenDescriptor& d : open_descriptors(pid)) {
      constexpr std::string_view socket = "socket:[";
      if (d.target.starts_with(socket))
        record_.holders.push_back(
            {pid_within(pid), static_cast<std::uint32_t>(std::strtoul(d.target.c_str() + socket.size(), nullptr, 10))});
    }
  }
  std::map<std::uint8_t, std::vector<std::uint32_t>> callers;
  const auto want = [&](std::uint8_t image, std::uint32_t caller) {
    constexpr std::size_t enough = 100;  // places in a program that call socket functions
    if (image == 0 || caller == 0 || callers[image].size() >= enough) return;
    if (record_.places.try_emplace({image, caller}).second) callers[image].push_back(caller);
  };
  for (const CallEvent& e : record_.events) want(e.image, e.caller);
  for (const SocketRecord& s : record_.sockets) want(s.image, s.caller);
  for (const auto& [image, addresses] : callers) {
    const std::vector<std::string> lines = source_lines(region_.image_path(image), addresses);
    for (std::size_t i = 0; i < addresses.size() && i < lines.size(); ++i)
      record_.places[{image, addresses[i]}] = lines[i];
  }
  std::erase_if(record_.places, [](const auto& place) { return place.second.empty(); });
}

}  // namespace sockrig
