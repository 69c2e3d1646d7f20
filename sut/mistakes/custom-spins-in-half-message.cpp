// Students write: while (!complete(message)) n = recv(…); and look at n only between messages.
// Why it is wrong: the stream may end in the middle of a message. The rest never comes, and recv() returns 0 at once.
// What happens: a client that leaves in the middle of a message keeps a processor busy for ever.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_whole_lines(const Server& server, int connection) {
  LineBuffer buffer;
  for (;;) {
    const ssize_t n = buffer.receive(server, connection);
    if (n == -1 || buffer.is_full() || (n == 0 && buffer.have == 0)) return;
    while (const char* end = buffer.first_end())
      if (!answer_line(server, connection, buffer.take(end))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_whole_lines});
}
