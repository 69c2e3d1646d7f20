// Students write: connect(fd, result->ai_addr, result->ai_addrlen), and give up if that fails.
// Why it is wrong: a name may have several addresses; getaddrinfo(3) says to try them until one succeeds.
// What happens: "localhost" fails where ::1 comes first and the server listens on 127.0.0.1.

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_to_first(const Client& client, const char* host, const char* port) {
  addrinfo* addresses = resolve(host, port, AF_UNSPEC);
  if (addresses == nullptr) return -1;
  const int fd = client.connect_to_one(*addresses);
  if (fd == -1) std::perror("connect");
  freeaddrinfo(addresses);
  return fd;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect = connect_to_first});
}
