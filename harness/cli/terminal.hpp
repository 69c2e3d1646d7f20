// What may be written to a descriptor: colours, lines that change, how wide.
//
// Decides it from the descriptor and from NO_COLOR and TERM; the only place that looks at them.
#pragma once

#include <iosfwd>

namespace sockrig {

struct Terminal {
  bool interactive = false;  // somebody watches: a line may be written over
  bool colour = false;
  int width = 100;
};

Terminal terminal_of(int descriptor);

// The same for a stream, which is only a terminal if it is std::cout or std::cerr.
Terminal terminal_of(const std::ostream& stream);

}  // namespace sockrig
