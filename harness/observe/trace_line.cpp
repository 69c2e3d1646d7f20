#include "observe/trace_line.hpp"

namespace sockrig {

std::string trace_line(const CallEvent& e, std::span<const Fault> faults, const std::string& place, bool placed) {
  std::string line = to_string(e, placed) + place;
  if ((e.flags & wire::event_injected) != 0) {
    line += "   INJECTED";
    const char* before = " ";
    for (std::size_t i = 0; i < faults.size() && i < wire::max_rules; ++i) {
      if ((e.rules >> i & 1) == 0) continue;
      line += before + faults[i].text;
      before = ", ";
    }
  }
  if ((e.flags & wire::event_withheld) != 0) line.append("   withheld: ").append(to_string(e.withheld));
  return line;
}

}  // namespace sockrig
