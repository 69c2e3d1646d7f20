// Students write: bind(fd, ...); listen(fd, 20);
// Why it is wrong: listen() on a socket that is not bound listens on a port that nobody knows.
// What happens: the second server stays alive and silent while the first one answers.

#include "server.hpp"

using namespace sockrig;

namespace {

int bind_and_hope(int listener, const sockaddr* address, socklen_t size) {
  bind_reusable(listener, address, size);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.bind = bind_and_hope});
}
