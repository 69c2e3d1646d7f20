// Students write: send(fd, answer, size, 0), or write().
// Why it is wrong: who sends to a client that is gone gets SIGPIPE, which ends the program (send(2), EPIPE).
// What happens: a client that asks and does not wait for the answer ends the server for all.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_lines(const Server& server, int connection) {
  LineBuffer buffer;
  while (!buffer.is_full() && buffer.receive(server, connection) > 0) {
    while (const char* end = buffer.first_end())
      if (!answer_line(server, connection, buffer.take(end))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_lines, .send = send_with_signal});
}
