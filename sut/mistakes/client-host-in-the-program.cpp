// Students write: connect() to 127.0.0.1, and read the host from the command line without using it.
// Why it is wrong: the host is what the user says; getaddrinfo() tells its addresses.
// What happens: it works until the server runs on another machine.

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_to_loopback(const Client& client, const char*, const char* port) {
  return connect_to_any(client, "127.0.0.1", port);
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect = connect_to_loopback});
}
