// Students write: interrupted = 0; n = send(...); if (interrupted && n < size) continue; with a flag that the handler
// sets.
// Why it is wrong: a send that was interrupted after a part was taken returns that part, not -1
// (signal(7)).
// What happens: the part that was taken is sent twice.

#include <vector>

#include "server.hpp"

using namespace sockrig;

namespace {

volatile sig_atomic_t interrupted = 0;

bool send_again_if_interrupted(int fd, const char* data, size_t size) {
  while (size > 0) {
    interrupted = 0;
    const ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
    if (n == -1 && errno != EINTR) return false;
    if (n == -1 || (interrupted && static_cast<size_t>(n) < size)) continue;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

// A large buffer, because only a send that waits in the middle can be interrupted there.
void echo_large(const Server& server, int connection) {
  std::vector<char> buffer(size_t{1024} * 1024);
  ssize_t n;
  while ((n = server.receive(connection, buffer.data(), buffer.size())) > 0)
    if (!server.send(connection, buffer.data(), static_cast<size_t>(n))) return;
}

void dispatch(const Server& server, int connection) {
  on_signal(SIGWINCH, [](int) { interrupted = 1; });
  serve_in_thread(server, connection);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = dispatch, .serve = echo_large, .send = send_again_if_interrupted});
}
