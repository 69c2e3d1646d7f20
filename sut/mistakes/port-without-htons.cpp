// Students write: address.sin_port = port;
// Why it is wrong: sin_port is in network byte order (ip(7)).
// What happens: the server listens on another port: 8080 becomes 36895.

#include <netinet/in.h>

#include <cstring>

#include "server.hpp"

using namespace sockrig;

namespace {

int bind_swapped(int listener, const sockaddr* address, socklen_t size) {
  sockaddr_in swapped;
  std::memcpy(&swapped, address, size);
  swapped.sin_port = ntohs(swapped.sin_port);
  return bind_reusable(listener, reinterpret_cast<const sockaddr*>(&swapped), size);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.bind = bind_swapped});
}
