// What a program wrote last before it ended: quoted as an explanation, never believed.
#pragma once

#include <string>

#include "judge/result.hpp"
#include "observe/observation.hpp"

namespace sockrig {

// The line that says most: what() of an uncaught C++ exception, the last line of a Python traceback, the error that
// ended node, else the last line there is; at most 200 bytes. "" if it wrote nothing.
std::string last_words(const std::string& output);

// What Rust, Python and Java write of an exception that ended a thread, or a task, of a program that lives on: the last
// one. Not one that tells of a connection that was gone: that is no reason why another was lost. "" = none.
std::string thread_exception_in(const std::string& output);

// Names it as the reason why a connection of a server's was lost, in place of what the connection shows; `lost` tells
// how it was lost.
void add_thread_exception(const Observation& o, const std::string& lost, Diagnosis& out);

// Whether they tell of a failure, as far as words can.
bool tells_of_failure(const std::string& output);

// Adds them to the details, and names an uncaught exception that ended the program.
void add_last_words(const Observation& o, Diagnosis& out);

}  // namespace sockrig
