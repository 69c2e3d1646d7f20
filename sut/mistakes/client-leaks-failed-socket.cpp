// Students write: if (connect(...) == -1) continue; with socket() at the top of the loop.
// Why it is wrong: each attempt makes a descriptor, and only the last one is used.
// What happens: descriptors are lost with every address that refuses.

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_and_forget(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  return fd == -1 || connect_socket(fd, address) == 0 ? fd : -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect_to_one = connect_and_forget});
}
