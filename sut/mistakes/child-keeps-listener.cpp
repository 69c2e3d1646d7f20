// Students write: if (fork() == 0) { serve(fd); exit(0); } close(fd);
// Why it is wrong: the child has a copy of the listener as well, and the port is taken as long as one is open.
// What happens: the server cannot be started again ("Address already in use") while an old client is connected.

#include "server.hpp"

using namespace sockrig;

namespace {

void serve_in_child(const Server& server, int connection) {
  signal(SIGCHLD, SIG_IGN);  // The kernel waits for the children.
  if (fork() == 0) {
    serve_and_close(server, connection);
    _exit(0);
  }
  close(connection);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = serve_in_child});
}
