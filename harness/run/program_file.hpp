// What can be told of a program by looking at its file.
#pragma once

#include <string>

namespace sockrig {

// The file that exec would start, or "" if there is none: a path as it is, a bare name looked for in PATH.
std::string find_program(const std::string& word);

// "" or why the program of a command cannot be started: "there is no ./server".
std::string trouble_with_program(const std::string& command);

// A likely reason why a preloaded library does not get into it: static, set-user-id, of another machine. "for a reason
// that its file does not show" if there is none to be seen.
std::string why_not_preloaded(const std::string& word);

}  // namespace sockrig
