// Students write: if (poll(...) == 0) { puts("timeout"); exit(0); }
// Why it is wrong: there was no connection, and whoever called the client is told that all went well.
// What happens: a script goes on without the data.

#include "timed_connect.hpp"

using namespace sockrig;

int main(int count, char** arguments) {
  const auto connect_or_give_up = [](const addrinfo& address) { return connect_within_300_ms(address, 0); };
  return run_client(count, arguments, {.connect_to_one = connect_or_give_up});
}
