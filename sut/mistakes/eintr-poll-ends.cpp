// Students write: if (poll(...) == -1) { perror("poll"); exit(1); }
// Why it is wrong: poll() fails with EINTR whenever a handler ran, even with SA_RESTART (signal(7)).
// What happens: the first signal that the program catches ends the whole server.

#include "poll_server.hpp"

using namespace sockrig;

namespace {

int poll_once(pollfd* descriptors, nfds_t count) {
  return poll(descriptors, count, -1);
}

}  // namespace

int main(int count, char** arguments) {
  return run_poll_server(count, arguments, {.wait = poll_once});
}
