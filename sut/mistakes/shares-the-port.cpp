// Students write: setsockopt(fd, SOL_SOCKET, SO_REUSEADDR | SO_REUSEPORT, ...), or both, one after the
// other.
// Why it is wrong: SO_REUSEPORT lets two programs listen on the same port at the same time (socket(7)).
// What happens: a server that was left running takes half of the clients, and nobody is told.

#include "server.hpp"

using namespace sockrig;

namespace {

int bind_shared(int listener, const sockaddr* address, socklen_t size) {
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  return bind_reusable(listener, address, size);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.bind = bind_shared});
}
