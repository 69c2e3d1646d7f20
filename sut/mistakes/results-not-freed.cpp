// Students write: getaddrinfo(...) and return from the middle of the loop over its results.
// Why it is wrong: the list belongs to the caller, who has to free it on every way out (getaddrinfo(3)).
// What happens: memory leaks, once here, and with every attempt in a program that resolves more often.

#include "server.hpp"

using namespace sockrig;

namespace {

int bind_resolved_again(int listener, const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  getnameinfo(address, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  for (addrinfo* each = resolve(host, port, AF_INET); each != nullptr; each = each->ai_next)
    if (bind_reusable(listener, each->ai_addr, each->ai_addrlen) == 0) return 0;
  return -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.bind = bind_resolved_again});
}
