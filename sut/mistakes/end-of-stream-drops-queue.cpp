// Students write: if (recv(...) == 0) remove(client), in an event loop with a long queue for each client.
// Why it is wrong: the client has ended one direction only, and the queue holds what it waits for in the other.
// What happens: who sends much, ends its direction and then reads gets the beginning of its answer.

#include "poll_server.hpp"

using namespace sockrig;

namespace {

bool finished_at_end(const Connection& connection) {
  return connection.ended;
}

}  // namespace

int main(int count, char** arguments) {
  return run_poll_server(count, arguments, {.finished = finished_at_end, .queue_limit = size_t{8} * 1024 * 1024});
}
