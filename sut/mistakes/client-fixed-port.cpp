// Students write: bind() in the client as well, because the server does it.
// Why it is wrong: the kernel chooses a free port; a fixed one is in TIME_WAIT after the first run, or
// somebody else's.
// What happens: the second run fails with "Address already in use" or "Cannot assign requested address".

#include <netinet/in.h>

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_from_fixed_port(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  // Apart from the ports that servers here are given, and seldom the same for two of them, so that runs that share a
  // network do not take it from one another.
  const auto server = ntohs(reinterpret_cast<const sockaddr_in*>(address.ai_addr)->sin_port);
  local.sin_port = htons(static_cast<uint16_t>(1100 + server % 13800));
  if (address.ai_family == AF_INET && bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) == -1)
    _exit(failed("bind"));
  if (connect_socket(fd, address) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect_to_one = connect_from_fixed_port});
}
