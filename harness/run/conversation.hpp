// One connection of a dialogue under way: what is to be done on it, and how far that has come.
//
// Decides nothing: which moves there are is the plan's (plan/plays.hpp), when they are done the rig's.
#pragma once

#include <string>
#include <vector>

#include "plan/plays.hpp"

namespace sockrig {

struct Conversation {
  std::vector<Cut> cuts;  // one connection each; empty: a single connection
  std::size_t play = 0;   // connections finished
  Play moves;
  std::size_t move = 0;               // under way
  std::string outbox;                 // of the sends under way
  std::size_t sent = 0;               // of it
  std::string inbox;                  // came, and was not yet compared with a line
  std::uint64_t taken = 0;            // came in all
  bool ended = false, reset = false;  // what the server did to its stream
  bool refused = false;               // it takes nothing more
  bool connecting = false, closed = false;
  std::string situation, before;  // of this connection and of the one before, for a person
};

}  // namespace sockrig
