// What a program wrote last before it ended: quoted as an explanation, never believed.
#pragma once

#include <string>

#include "judge/result.hpp"
#include "observe/observation.hpp"

namespace sockrig {

// The line that says most: what() of an uncaught C++ exception, the last line of a Python traceback, the error that
// ended node, else the last line there is; at most 200 bytes. "" if it wrote nothing.
std::string last_words(const std::string& output);

// Whether they tell of a failure, as far as words can.
bool tells_of_failure(const std::string& output);

// Adds them to the details, and names an uncaught exception that ended the program.
void add_last_words(const Observation& o, Diagnosis& out);

}  // namespace sockrig
