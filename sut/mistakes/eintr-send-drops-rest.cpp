// Students write: if (send(...) == -1) break; in the loop that sends, and go on with the next buffer.
// Why it is wrong: -1 with EINTR means that a signal came before any byte was taken; all of them are still
// to be sent.
// What happens: a hole in the stream, and no error anywhere.

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_until_interrupted(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
    if (n == -1) return errno == EINTR;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_until_interrupted});
}
