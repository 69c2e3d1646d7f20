// Students write: new std::thread(serve, fd), or pthread_create(), and no join or detach.
// Why it is wrong: what a thread leaves behind, its stack above all, is kept until somebody joins it.
// What happens: the server grows with each client.

#include "server.hpp"

using namespace sockrig;

namespace {

void serve_in_forgotten_thread(const Server& server, int connection) {
  try {
    new std::thread([server, connection] { serve_and_close(server, connection); });
  } catch (const std::system_error&) {
    server.close(connection);
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = serve_in_forgotten_thread});
}
