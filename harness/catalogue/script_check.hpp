// What a script must be besides well-formed: every connection is opened before it is used, nothing
// follows an end, and nothing is asked for that could never come.
//
// Decides only about one script; it never looks at the role or at other files.
#pragma once

#include <string>

#include "catalogue/diagnostic.hpp"
#include "catalogue/script.hpp"

namespace sockrig {

bool is_connection_name(std::string_view word);  // [a-z][a-z0-9_]*

void check_script(const Script& script, const std::string& file, Diagnostics& out);

// The first line that opens a second connection to the same run of a server, or null: more than a server
// that serves one connection can take.
const ScriptLine* second_connection(const Script& script);

// Whether the script ends the subject, or sees that it ended, as the last thing that it says of it.
bool ends_subject(const Script& script);

}  // namespace sockrig
