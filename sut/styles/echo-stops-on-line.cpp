// A thread for each connection; a line "q" on standard input ends the server.
#include <string_view>

#include "echo.hpp"
#include "threads.hpp"

using namespace sockrig;

namespace {

[[noreturn]] void wait_for_order() {
  char line[64];
  ssize_t n;
  while ((n = uninterrupted([&] { return read(STDIN_FILENO, line, sizeof line); })) > 0)
    if (std::string_view(line, static_cast<size_t>(n)) == "q\n") _exit(0);
  for (;;) pause();  // Nobody is left who could say anything; the service goes on.
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  std::thread(wait_for_order).detach();
  run_threads(listener, echo);
}
