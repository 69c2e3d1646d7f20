// Students write: linger l{1, 0}; setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l); to be rid of TIME_WAIT.
// Why it is wrong: close() then throws away what was not sent yet and resets the connection (socket(7)).
// What happens: the client gets a reset where the stream should have ended, and may lose what it was owed.
#include "server.hpp"

using namespace sockrig;

namespace {

int close_at_once(int fd) {
  const linger none{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  return ::close(fd);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.close = close_at_once});
}
