// A thread for each connection. Peeks, sends, and only then takes what was sent: nothing is ever owed by the program.
#include "echo.hpp"
#include "threads.hpp"

using namespace sockrig;

namespace {

bool take(int fd, ssize_t size) {
  char buffer[buffer_size];
  while (size > 0) {
    const ssize_t n = uninterrupted([&] { return recv(fd, buffer, static_cast<size_t>(size), 0); });
    if (n <= 0) return false;
    size -= n;
  }
  return true;
}

void echo_what_is_seen(int fd) {
  char buffer[buffer_size];
  for (;;) {
    const ssize_t seen = uninterrupted([&] { return recv(fd, buffer, sizeof buffer, MSG_PEEK); });
    if (seen <= 0) return;
    const ssize_t sent = uninterrupted([&] { return send(fd, buffer, static_cast<size_t>(seen), 0); });
    if (sent == -1 || !take(fd, sent)) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), echo_what_is_seen);
}
