// Single calls in words: which failed how, and what that means.
//
// Decides how an error is told; never whether it is why something went wrong.
#pragma once

#include <string>

#include "judge/causes.hpp"

namespace sockrig {

std::string error_name(std::int32_t error);  // "ECONNRESET"

// close() and its relatives, and shutdown().
bool ends_descriptor(const CallEvent& e);
// Calls that say nothing of why a program or a connection ended.
bool beside_the_point(const CallEvent& e);
// A connect() that said that the connection is being made: no failure.
bool is_under_way(const CallEvent& e);

// A call on what is no descriptor: the number had been closed, or is the -1 of an earlier failure.
Cause bad_descriptor(const Record& record, const CallEvent& e);

// How a failed call is told. `what` ends the code: "ends-program"; `then` is what the program did.
Cause failed_call(const Record& record, const CallEvent& e, const std::string& then, const std::string& what);

// The failed calls by which a program was to have its port, as `exec --trace` shows them; those that a fault failed
// are told elsewhere.
std::vector<std::string> failures_to_listen(const Record& record);

}  // namespace sockrig
