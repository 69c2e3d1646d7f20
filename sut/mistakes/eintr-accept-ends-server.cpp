// Students write: if ((fd = accept(...)) == -1) { perror("accept"); exit(1); }
// Why it is wrong: -1 with EINTR means that a signal came before a client did (signal(7)).
// What happens: the first signal that the program catches, for whatever reason, ends the whole server.

#include "server.hpp"

using namespace sockrig;

namespace {

int accept_or_give_up(int listener) {
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection != -1 || errno == EINTR) return connection;
    if (is_shortage(errno)) poll(nullptr, 0, 50);
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_or_give_up});
}
