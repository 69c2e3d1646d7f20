// Students write: address.sin_addr.s_addr = inet_addr("127.0.0.1"), whatever the command line says.
// Why it is wrong: a listener hears only what is addressed to the address that it is bound to.
// What happens: it works as long as client and server share a machine.

#include <arpa/inet.h>

#include <cstring>

#include "server.hpp"

using namespace sockrig;

namespace {

int bind_loopback(int listener, const sockaddr* address, socklen_t size) {
  sockaddr_in local;
  std::memcpy(&local, address, sizeof local);
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind_reusable(listener, reinterpret_cast<const sockaddr*>(&local), size);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.bind = bind_loopback});
}
