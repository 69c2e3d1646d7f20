// Students write: send(...) in a loop that looks for short counts, and take -1 for "done".
// Why it is wrong: a send that failed has sent nothing; what comes next does not follow on what came before.
// What happens: a moment without memory leaves a hole in the stream, and nobody is told.

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_or_skip(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
    if (n == -1 && errno == EINTR) continue;
    if (n == -1) return true;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_or_skip});
}
