// Which executable this is, and where in it an address lies.
//
// Decides from the program headers that the kernel handed over (getauxval(3)); it reads no file but the link
// /proc/self/exe. On doubt it says 0, "elsewhere": a wrong line would be worse than none.
#pragma once

#include <cstdint>

#include "wire/wire.hpp"

namespace sockrig::shim {

// Writes the executable's path down, once for all processes that run it. 1-based; 0 if there is no room.
std::uint8_t note_image(wire::Region& r);

// The address as the executable's debug information counts it, wherever it was loaded; 0 if it lies in a library.
std::uint32_t place_of(const void* address);

}  // namespace sockrig::shim
