// What a new program needs in its environment so that the shim is in it too.
//
// Decides which variables are put back and never takes one away. The copies are made once, when
// the shim attaches, because a program may clear its environment before it starts another.
#pragma once

#include <cstddef>

namespace sockrig::shim {

void remember_environment(const char* region_path);

// How many bytes `mend_environment` needs for `environment`, and then the list itself in that memory.
// The caller's list is returned as it is when nothing is missing.
std::size_t mending_space(char* const* environment);
char* const* mend_environment(char* const* environment, void* space);

}  // namespace sockrig::shim
