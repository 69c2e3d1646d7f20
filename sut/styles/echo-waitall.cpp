// A thread for each connection. Asks how much has come, and takes just that, with MSG_WAITALL: which may still be less.
#include <sys/ioctl.h>

#include <algorithm>

#include "echo.hpp"
#include "threads.hpp"

using namespace sockrig;

namespace {

void echo_what_is_there(int fd) {
  char buffer[buffer_size];
  for (;;) {
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    if (uninterrupted([&] { return poll(&waiting, 1, -1); }) == -1) return;
    int there = 0;
    if (ioctl(fd, FIONREAD, &there) == -1) return;
    const size_t size = std::clamp<size_t>(static_cast<size_t>(there), 1, sizeof buffer);  // 1: the end, or an error
    const ssize_t n = uninterrupted([&] { return recv(fd, buffer, size, MSG_WAITALL); });
    if (n <= 0 || !send_all(fd, buffer, static_cast<size_t>(n))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), echo_what_is_there);
}
