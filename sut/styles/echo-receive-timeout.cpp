// A thread for each connection. SO_RCVTIMEO wakes it every now and then, as if it had other things to look after.
#include <sys/time.h>

#include "echo.hpp"
#include "threads.hpp"

using namespace sockrig;

namespace {

void echo_with_timeout(int fd) {
  const timeval timeout{.tv_sec = 0, .tv_usec = 100'000};
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == -1) return;
  char buffer[buffer_size];
  for (;;) {
    const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n == -1 && would_block()) continue;  // Nothing was said, and a client may think for as long as it likes.
    if (n <= 0 || !send_all(fd, buffer, static_cast<size_t>(n))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), echo_with_timeout);
}
