// Students write: getaddrinfo(host, port, &hints, &result); connect(fd, result->ai_addr, ...).
// Why it is wrong: if the name does not resolve there is no result.
// What happens: a typing error in the name crashes the program.

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_unseen(const Client& client, const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* addresses = nullptr;
  [[maybe_unused]] const int ignored = getaddrinfo(host, port, &hints, &addresses);
  int fd = -1;
  const addrinfo* address = addresses;
  do fd = client.connect_to_one(*address);
  while (fd == -1 && (address = address->ai_next) != nullptr);
  if (fd == -1) std::perror("connect");
  freeaddrinfo(addresses);
  return fd;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect = connect_unseen});
}
