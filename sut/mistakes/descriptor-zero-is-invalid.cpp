// Students write: if ((fd = accept(...)) <= 0) error, or if (!fd).
// Why it is wrong: only -1 is a failure; 0 is the lowest descriptor, and free when stdin is closed, as in
// many services.
// What happens: the server refuses to work where it is started without a terminal.

#include "server.hpp"

using namespace sockrig;

namespace {

int bind_positive(int listener, const sockaddr* address, socklen_t size) {
  errno = EBADF;
  return listener <= 0 ? -1 : bind_reusable(listener, address, size);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.bind = bind_positive});
}
