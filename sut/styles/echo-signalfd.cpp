// A process for each connection. No handlers: signals are blocked, and read from a signalfd between two clients.
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "echo.hpp"

using namespace sockrig;

namespace {

int open_signals(sigset_t& blocked) {
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGINT);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  const int signals = signalfd(-1, &blocked, 0);
  if (signals == -1) die("signalfd");
  return signals;
}

void take_signal(int signals) {
  signalfd_siginfo info;
  if (uninterrupted([&] { return read(signals, &info, sizeof info); }) != sizeof info) die("read");
  if (info.ssi_signo != SIGCHLD) std::exit(0);
  while (waitpid(-1, nullptr, WNOHANG) > 0) continue;  // One SIGCHLD may stand for several children.
}

void serve_next(int listener, const sigset_t& blocked) {
  const int connection = accept(listener, nullptr, nullptr);
  if (connection == -1) return rest_if_short_of_resources();
  const pid_t child = fork();
  if (child == 0) {
    sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
    close(listener);
    echo(connection);
    _exit(0);
  }
  if (child == -1) poll(nullptr, 0, 50);
  close(connection);
}

}  // namespace

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  make_non_blocking(listener);  // Who was announced may be gone again.
  sigset_t blocked;
  const int signals = open_signals(blocked);
  for (;;) {
    pollfd waiting[] = {{.fd = listener, .events = POLLIN, .revents = 0},
                        {.fd = signals, .events = POLLIN, .revents = 0}};
    if (poll(waiting, 2, -1) == -1) continue;
    if (waiting[1].revents) take_signal(signals);
    if (waiting[0].revents) serve_next(listener, blocked);
  }
}
