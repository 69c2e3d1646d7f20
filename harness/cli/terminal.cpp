#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace sockrig {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Terminal terminal_of(int descriptor) {
  Terminal terminal;
  if (::isatty(descriptor) != 1) return terminal;
  const std::string_view kind = variable("TERM");
  terminal.interactive = !kind.empty() && kind != "dumb";
  terminal.colour = terminal.interactive && variable("NO_COLOR").empty();
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.width = std::clamp<int>(size.ws_col, 40, 120);
  return terminal;
}

Terminal terminal_of(const std::ostream& stream) {
  if (&stream == &std::cout) return terminal_of(STDOUT_FILENO);
  if (&stream == &std::cerr) return terminal_of(STDERR_FILENO);
  return {};
}

}  // namespace sockrig
