// Students write: serve(connection); close(connection); close(server_fd); in the loop.
// Why it is wrong: accept() gives a new descriptor for each client. The listener serves all of them and stays open.
// What happens: the first client is served, the next is refused.

#include "server.hpp"

using namespace sockrig;

namespace {

void serve_and_close_both(const Server& server, int connection) {
  serve_and_close(server, connection);
  server.close(remembered_listener);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_and_remember, .dispatch = serve_and_close_both});
}
