// Students write: char buffer[SIZE] outside of all functions, or as a member of the server, and a thread
// per client.
// Why it is wrong: between receiving and sending another thread receives into the same buffer.
// What happens: clients get what others said.

#include <atomic>

#include "server.hpp"

using namespace sockrig;

namespace {

char buffer[buffer_size];
std::atomic<ssize_t> length;
std::atomic<int> connections;

struct Counted {
  Counted() { ++connections; }
  ~Counted() { --connections; }
};

// Giving way between the two calls, while there are others, makes happen every time what would otherwise happen on a
// busy day.
void echo_in_global_buffer(const Server& server, int connection) {
  const Counted counted;
  pollfd readable{.fd = connection, .events = POLLIN, .revents = 0};
  for (;;) {
    while (poll(&readable, 1, -1) == -1 && errno == EINTR) continue;
    if ((length = server.receive(connection, buffer, sizeof buffer)) <= 0) return;
    if (connections > 1) poll(nullptr, 0, 1);
    const ssize_t n = length;
    if (n > 0 && !server.send(connection, buffer, static_cast<size_t>(n))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_in_global_buffer});
}
