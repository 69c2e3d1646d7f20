// One connection, and then the end: for --serves one.
#include "common.hpp"

using namespace sockrig;

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  const int connection = accept_next(listener);
  close(listener);
  static char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return recv(connection, buffer, sizeof buffer, 0); })) > 0) {
    for (ssize_t sent = 0, part = 0; sent < n; sent += part) {
      part =
          uninterrupted([&] { return send(connection, buffer + sent, static_cast<size_t>(n - sent), MSG_NOSIGNAL); });
      if (part == -1) return 1;
    }
  }
  close(connection);
  return n == 0 ? 0 : 1;
}
