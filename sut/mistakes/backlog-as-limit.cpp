// Students write: listen(fd, MAX_CLIENTS), and turn away whoever comes when so many are connected.
// Why it is wrong: the backlog bounds the queue of those not accepted yet (listen(2)), not those being
// served.
// What happens: the sixth client is hung up on.

#include <atomic>

#include "server.hpp"

using namespace sockrig;

namespace {

constexpr int backlog = 5;
std::atomic<int> connected = 0;

int count_and_close(int fd) {
  --connected;
  return close(fd);
}

void serve_or_turn_away(const Server& server, int connection) {
  if (++connected > backlog)
    server.close(connection);
  else
    serve_in_thread(server, connection);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = serve_or_turn_away, .close = count_and_close});
}
