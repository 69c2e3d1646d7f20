#include "signals.hpp"

#include <csignal>

namespace sockrig {
namespace {

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void prepare_signals() {
  handle(SIGPIPE, SIG_IGN);
  handle(SIGWINCH, [](int) {});
}

void on_stop_signal(void (*handler)(int)) {
  handle(SIGTERM, handler);
  handle(SIGINT, handler);
}

}  // namespace sockrig
