// A client of two processes that share the connection: the child sends, the parent receives.
#include <sys/wait.h>

#include "common.hpp"

using namespace sockrig;

namespace {

// Copies until the end of the stream.
bool copy(int from, int to) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return read(from, buffer, sizeof buffer); })) > 0) {
    for (ssize_t written = 0, part = 0; written < n; written += part) {
      part = uninterrupted([&] { return write(to, buffer + written, static_cast<size_t>(n - written)); });
      if (part == -1) return false;
    }
  }
  return n == 0;
}

[[noreturn]] void stop_and_die(pid_t child, const char* what) {
  const int error = errno;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  errno = error;
  die(what);
}

}  // namespace

int main(int count, char** arguments) {
  const int fd = connect_to_server(count, arguments);
  const pid_t child = fork();
  if (child == -1) die("fork");
  if (child == 0) {
    if (!copy(STDIN_FILENO, fd)) {
      const int error = errno;
      shutdown(fd, SHUT_RDWR);  // So that the parent stops waiting as well.
      errno = error;
      die("send");
    }
    shutdown(fd, SHUT_WR);  // Of the connection, not of a descriptor: the parent's is still open.
    _exit(0);
  }
  if (!copy(fd, STDOUT_FILENO)) stop_and_die(child, "receive");
  // The server may be listening on. Both directions are over when the child is done, or the server gone.
  pollfd over{.fd = fd, .events = 0, .revents = 0};
  uninterrupted([&] { return poll(&over, 1, -1); });
  socklen_t size = sizeof errno;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &size);
  if (errno != 0) stop_and_die(child, "connection");
  int status = 0;
  // A child that waits for input while the connection is over has something left to say to nobody.
  for (int tries = 0; waitpid(child, &status, WNOHANG) == 0; ++tries) {
    if (tries == 100) {
      errno = EPIPE;
      stop_and_die(child, "send");
    }
    poll(nullptr, 0, 10);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
