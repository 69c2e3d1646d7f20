// A process for each connection. Children are reaped by a handler, which interrupts accept().
#include <sys/wait.h>

#include "echo.hpp"

using namespace sockrig;

namespace {

void reap(int) {
  const int saved = errno;
  while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
  errno = saved;
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
