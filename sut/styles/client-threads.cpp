// A client of two threads: one sends stdin, the other prints what comes.
#include <atomic>
#include <thread>

#include "common.hpp"

using namespace sockrig;

namespace {

bool copy(int from, int to) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return read(from, buffer, sizeof buffer); })) > 0)
    if (!write_all(to, buffer, static_cast<size_t>(n))) return false;
  return n == 0;
}

// Until both directions are over, or the server is gone: then not 0.
int error_at_end(int fd) {
  pollfd over{.fd = fd, .events = 0, .revents = 0};
  uninterrupted([&] { return poll(&over, 1, -1); });
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

int main(int count, char** arguments) {
  const int fd = connect_to_server(count, arguments);
  static std::atomic<int> failure = EPIPE;  // of the sender, until it has delivered all of stdin
  std::thread([fd] {
    if (copy(STDIN_FILENO, fd)) {
      failure = 0;
      shutdown(fd, SHUT_WR);
    } else {
      failure = errno;
      shutdown(fd, SHUT_RDWR);  // So that the main thread stops waiting as well.
    }
  }).detach();
  errno = copy(fd, STDOUT_FILENO) ? error_at_end(fd) : errno;
  if (errno == 0) errno = failure;
  if (errno != 0) std::perror("connection");
  _exit(errno == 0 ? 0 : 1);  // At once, whatever the other thread waits for.
}
