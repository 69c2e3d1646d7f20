// Students write: if (fd == -1 && errno != EINTR) exit(1), after accept().
// Why it is wrong: accept() also reports trouble of the one connection that was next: ECONNABORTED, EPROTO,
// network errors.
// What happens: one client that gives up early ends the service for all.

#include "server.hpp"

using namespace sockrig;

namespace {

int accept_or_give_up(int listener) {
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection != -1) return connection;
    if (is_shortage(errno))
      poll(nullptr, 0, 50);
    else if (errno != EINTR)
      return -1;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_or_give_up});
}
