// Students write: char buffer[SIZE] outside of all functions, a static one in the function, or a member of the server,
// and a thread per client. Why it is wrong: between receiving and sending another thread receives into the same buffer.
// What happens: on a busy day clients get what others said.

#include "server.hpp"

using namespace sockrig;

namespace {

void echo_in_static_buffer(const Server& server, int connection) {
  static char buffer[buffer_size];
  ssize_t n;
  while ((n = server.receive(connection, buffer, sizeof buffer)) > 0)
    if (!server.send(connection, buffer, static_cast<size_t>(n))) return;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_in_static_buffer});
}
