// Which source line a call was made from, by the debug information of the executable.
//
// Decides nothing: a line explains, and where there is none the verdict is the same. The file may be hostile, so it is
// never read in this process: eu-addr2line (elfutils) does it, with limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sockrig {

// For each address that a call returns to: "server.cpp:42", or "" if it is not known. Without that program, without
// debug information, or if it takes too long, all are "".
std::vector<std::string> source_lines(const std::string& executable, const std::vector<std::uint32_t>& callers);

// What the program printed, address by address (-a), the lines of inlined functions from the inside out (-i). The first
// line that lies outside of the system's headers is the program's own.
std::vector<std::string> parse_source_lines(const std::string& printed, std::size_t count);

}  // namespace sockrig
