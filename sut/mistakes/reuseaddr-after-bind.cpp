// Students write: bind(...); setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, ...); listen(...).
// Why it is wrong: the option tells bind() what to put up with; afterwards it is too late.
// What happens: the same as without the option, but it looks as if it were there.

#include "server.hpp"

using namespace sockrig;

namespace {

int bind_then_reuse(int listener, const sockaddr* address, socklen_t size) {
  const int result = bind(listener, address, size);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.bind = bind_then_reuse});
}
