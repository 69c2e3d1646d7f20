// Students write: if (poll(&listener, 1, 700) == 0) break;, because all clients seem to have been served.
// Why it is wrong: a client that found the queue full tries again after a second, and then after longer and longer.
// What happens: whoever came in the rush and was not among the first finds no server any more.

#include "server.hpp"

using namespace sockrig;

namespace {

int accept_while_they_come(int listener) {
  static int patience_ms = -1;  // The first may take its time.
  pollfd coming{.fd = listener, .events = POLLIN, .revents = 0};
  int ready;
  do ready = poll(&coming, 1, patience_ms);
  while (ready == -1 && errno == EINTR);
  if (ready == 0) _exit(0);
  patience_ms = 700;
  return accept_next(listener);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_while_they_come, .dispatch = serve_and_close});
}
