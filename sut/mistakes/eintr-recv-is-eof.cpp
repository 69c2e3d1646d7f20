// Students write: while ((n = recv(...)) > 0) ...
// Why it is wrong: -1 with EINTR means that a signal came first (signal(7)); nothing has ended.
// What happens: a program that catches signals drops connections at random.

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_once(int fd, char* buffer, size_t size) {
  return recv(fd, buffer, size, 0);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.receive = receive_once});
}
