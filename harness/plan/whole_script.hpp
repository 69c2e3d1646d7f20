// A script with what goes without saying: the subject is started first, and a server listens before anybody connects.
//
// Pure. It must never add a line to a script that says itself when the subject is started.
#pragma once

#include "catalogue/scenario.hpp"

namespace sockrig {

Script whole_script(const Script& script, Role role);

}  // namespace sockrig
