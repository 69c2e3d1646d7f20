// Students write: if (recv(...) == 0) close(fd), in an event loop that keeps what it could not send yet.
// Why it is wrong: the client has ended one direction only, and waits for the answer in the other.
// What happens: what was queued is thrown away. With small messages it never shows.

#include "poll_server.hpp"

using namespace sockrig;

namespace {

bool finished_at_end(const Connection& connection) {
  return connection.ended;
}

}  // namespace

int main(int count, char** arguments) {
  return run_poll_server(count, arguments, {.finished = finished_at_end});
}
