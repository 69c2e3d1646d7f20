// Students write: if (fork() == 0) { serve(connection); exit(0); } and go on to the next accept().
// Why it is wrong: the parent has the descriptor too, and the end of the stream goes out only when the last one is
// closed.
// What happens: the client never gets the end of the stream, and the server runs out of descriptors.
#include "server.hpp"

using namespace sockrig;

namespace {

void serve_in_child(const Server& server, int connection) {
  if (fork() != 0) return;
  server.serve(server, connection);
  server.close(connection);
  _exit(0);
}

}  // namespace

int main(int count, char** arguments) {
  signal(SIGCHLD, SIG_IGN);  // children need not be waited for
  return run_server(count, arguments, {.dispatch = serve_in_child});
}
