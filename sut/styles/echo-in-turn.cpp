// One thread, blocking calls, one client after another.
#include "common.hpp"

using namespace sockrig;

namespace {

void echo(int fd) {
  static char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return recv(fd, buffer, sizeof buffer, 0); })) > 0) {
    for (ssize_t sent = 0, part = 0; sent < n; sent += part) {
      part = uninterrupted([&] { return send(fd, buffer + sent, static_cast<size_t>(n - sent), MSG_NOSIGNAL); });
      if (part == -1) return;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  for (;;) {
    const int connection = accept_next(listener);
    echo(connection);
    close(connection);
  }
}
