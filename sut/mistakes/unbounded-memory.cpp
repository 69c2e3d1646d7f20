// Students write: queue += received; in an event loop, and never stop receiving.
// Why it is wrong: a client that sends faster than it reads decides how much memory the server uses.
// What happens: every byte arrives, as long as there is memory.

#include "poll_server.hpp"

int main(int count, char** arguments) {
  return sockrig::run_poll_server(count, arguments, {.queue_limit = static_cast<size_t>(-1)});
}
