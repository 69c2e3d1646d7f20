// Students write: sem_wait(&places) before accept(), and sem_post(&places) at the end of the function that serves.
// Why it is wrong: a function has other ends, too: the return after an error gives no place back.
// What happens: after so many clients that died, the server accepts nobody any more.

#include <semaphore>

#include "server.hpp"

using namespace sockrig;

namespace {

std::counting_semaphore<> places(8);

int accept_when_there_is_a_place(int listener) {
  places.acquire();
  return accept_next(listener);
}

void echo_and_give_place_back(const Server& server, int connection) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = server.receive(connection, buffer, sizeof buffer)) > 0)
    if (!server.send(connection, buffer, static_cast<size_t>(n))) return;
  if (n == -1) return;
  places.release();
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.accept = accept_when_there_is_a_place, .serve = echo_and_give_place_back});
}
