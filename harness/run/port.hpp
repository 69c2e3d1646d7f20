// The port that a server is told to listen on.
#pragma once

#include <cstdint>

#include "run/check.hpp"

namespace sockrig {

struct ChosenPort {
  std::uint16_t number = 0;
  Descriptor claim;  // while it is open, no other run in this network chooses the port
};

// Its two bytes swapped (what a program without htons() asks for) are another port, which needs no privilege either.
ChosenPort choose_port(std::uint64_t seed);

// The same in a network that others use: neither the port nor its swapped one is used now, wanted by another run, or
// one that the kernel gives to clients (ip_local_port_range, ip(7)) as long as there are others. Throws
// std::system_error if no port is left.
ChosenPort choose_port_among_others(std::uint64_t seed);

}  // namespace sockrig
