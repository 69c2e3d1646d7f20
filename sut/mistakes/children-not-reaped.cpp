// Students write: if (fork() == 0) { serve(fd); exit(0); } close(fd);
// Why it is wrong: a child that has ended stays a zombie until its parent asks for its status (wait(2)).
// What happens: the table of processes fills up, and fork() fails.

#include "server.hpp"

using namespace sockrig;

namespace {

void serve_in_child(const Server& server, int connection) {
  if (fork() == 0) {
    close(remembered_listener);
    serve_and_close(server, connection);
    _exit(0);
  }
  close(connection);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_and_remember, .dispatch = serve_in_child});
}
