#include "observe/trace_line.hpp"

namespace sockrig {

std::string trace_line(const CallEvent& e, std::span<const Fault> faults, const std::string& place, bool placed) {
  std::string line = to_string(e, placed) + place;
  if ((e.flags & wire::event_injected) != 0) {
    line += "   INJECTED";
    if (e.rule > 0 && e.rule <= faults.size()) line += " " + faults[e.rule - 1].text;
  }
  if ((e.flags & wire::event_withheld) != 0) line.append("   withheld: ").append(to_string(e.withheld));
  return line;
}

}  // namespace sockrig
