// Students write: htons(atoi(argv[2])).
// Why it is wrong: a port may be given by its name in the services database; getaddrinfo() knows both.
// What happens: a name becomes port 0, and the server listens on a port that nobody knows.

#include <netinet/in.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "server.hpp"

using namespace sockrig;

namespace {

// What was asked for, as a number.
const char* given = "";

int bind_number(int listener, const sockaddr* address, socklen_t size) {
  sockaddr_in numbered;
  std::memcpy(&numbered, address, size);
  numbered.sin_port = htons(static_cast<uint16_t>(std::atoi(given)));
  return bind_reusable(listener, reinterpret_cast<const sockaddr*>(&numbered), size);
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3) given = arguments[2];
  return run_server(count, arguments, {.bind = bind_number});
}
