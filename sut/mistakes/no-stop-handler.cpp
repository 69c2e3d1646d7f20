// Students write: nothing about signals.
// Why it is wrong: the server was asked to stop in good order, and a program that a signal killed did not
// exit with 0.
// What happens: whoever started it takes its end for a crash.

#include "server.hpp"

using namespace sockrig;

namespace {

int accept_and_die(int listener) {
  signal(SIGTERM, SIG_DFL);
  return accept_next(listener);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_and_die});
}
