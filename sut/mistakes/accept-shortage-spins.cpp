// Students write: if ((fd = accept(...)) == -1) continue;
// Why it is wrong: the connection stays in the queue, so that accept() fails again at once.
// What happens: the server spins, millions of times a second, until somebody leaves.

#include "server.hpp"

using namespace sockrig;

namespace {

int accept_at_any_price(int listener) {
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection != -1) return connection;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_at_any_price});
}
