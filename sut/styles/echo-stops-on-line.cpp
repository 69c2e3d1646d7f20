// A thread for each connection; a line "q" on standard input ends the server.
#include <string_view>

#include "threads.hpp"

using namespace sockrig;

namespace {

void echo(int fd) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return recv(fd, buffer, sizeof buffer, 0); })) > 0) {
    for (ssize_t sent = 0, part = 0; sent < n; sent += part) {
      part = uninterrupted([&] { return send(fd, buffer + sent, static_cast<size_t>(n - sent), MSG_NOSIGNAL); });
      if (part == -1) return;
    }
  }
}

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
