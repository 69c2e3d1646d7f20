// Two threads for each connection: one sends the lines, the other throws away what comes, until the client ends.
#include <atomic>

#include "chargen.hpp"
#include "threads.hpp"

using namespace sockrig;

namespace {

void discard(int fd, std::atomic<bool>& ended) {
  char buffer[buffer_size];
  while (uninterrupted([&] { return recv(fd, buffer, sizeof buffer, 0); }) > 0) continue;
  ended = true;
}

void chargen(int fd) try {
  std::atomic<bool> ended = false;
  std::thread reader([&] { discard(fd, ended); });
  size_t at = 0;
  while (!ended) {
    const ssize_t n = send(fd, chargen_lines.data() + at, chargen_lines.size() - at, 0);
    if (n == -1 && errno == EINTR) continue;
    if (n == -1) break;
    at = (at + static_cast<size_t>(n)) % chargen_lines.size();
  }
  shutdown(fd, ended ? SHUT_WR : SHUT_RDWR);
  reader.join();
} catch (const std::system_error&) {
  // No second thread for this client.
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), chargen);
}
