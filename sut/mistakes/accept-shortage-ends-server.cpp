// Students write: if ((fd = accept(...)) == -1 && errno != EINTR) exit(1), with ECONNABORTED remembered at
// best.
// Why it is wrong: EMFILE passes as soon as a client leaves; until then new ones wait in the queue.
// What happens: a busy hour ends the server, and every client that was being served with it.

#include "server.hpp"

using namespace sockrig;

namespace {

int accept_or_give_up(int listener) {
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection != -1 || is_shortage(errno)) return connection;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_or_give_up});
}
