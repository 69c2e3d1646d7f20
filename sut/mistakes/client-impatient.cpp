// Students write: a non-blocking connect() and poll() with a limit of some 100 milliseconds.
// Why it is wrong: a request that gets lost is repeated after a second (RFC 6298), and then all is well.
// What happens: where the network is busy, the client says that there is no server.

#include "timed_connect.hpp"

using namespace sockrig;

int main(int count, char** arguments) {
  const auto connect_or_give_up = [](const addrinfo& address) { return connect_within_300_ms(address, 1); };
  return run_client(count, arguments, {.connect_to_one = connect_or_give_up});
}
