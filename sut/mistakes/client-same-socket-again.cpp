// Students write: one socket(), and then connect() in a loop over all addresses.
// Why it is wrong: after a failure the state of a socket is unspecified (connect(2)), and each family needs
// its own kind.
// What happens: on some systems, and with a mixture of IPv4 and IPv6, the second attempt never succeeds.

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_in_a_loop(const Client&, const char* host, const char* port) {
  addrinfo* addresses = resolve(host, port, AF_UNSPEC);
  if (addresses == nullptr) return -1;
  const int fd = socket(addresses->ai_family, addresses->ai_socktype, addresses->ai_protocol);
  const addrinfo* address = addresses;
  while (fd != -1 && address != nullptr && connect_socket(fd, *address) == -1) address = address->ai_next;
  const bool connected = fd != -1 && address != nullptr;
  if (!connected) std::perror("connect");
  freeaddrinfo(addresses);
  return connected ? fd : -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect = connect_in_a_loop});
}
