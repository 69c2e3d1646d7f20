// A process for each connection. Children are reaped by a handler, which interrupts accept().
#include <sys/wait.h>

#include "common.hpp"

using namespace sockrig;

namespace {

void reap(int) {
  const int saved = errno;
  while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
  errno = saved;
}

bool send_all(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = uninterrupted([&] { return send(fd, data, size, 0); });
    if (n == -1) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

void echo(int fd) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return recv(fd, buffer, sizeof buffer, 0); })) > 0)
    if (!send_all(fd, buffer, static_cast<size_t>(n))) return;
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  on_signal(SIGCHLD, reap);
  for (;;) {
    const int connection = accept_next(listener);
    const pid_t child = fork();
    if (child == 0) {
      close(listener);  // Or the port stays taken for as long as the last child lives.
      echo(connection);
      _exit(0);
    }
    if (child == -1) poll(nullptr, 0, 50);  // This client is turned away, the next one may be luckier.
    close(connection);
  }
}
