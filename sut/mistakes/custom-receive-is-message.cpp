// Students write: n = recv(fd, buffer, sizeof buffer, 0); and split just that into lines, the last one as well.
// Why it is wrong: a stream has no messages. One receive may bring the beginning of a line, and the next one its end.
// What happens: a line that arrives in two parts is answered as two lines.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_receives(const Server& server, int connection) {
  for (;;) {
    LineBuffer buffer;
    if (buffer.receive(server, connection) <= 0) return;
    while (buffer.have > 0) {
      const char* end = buffer.first_end();
      if (!answer_line(server, connection, buffer.take(end != nullptr ? end : buffer.bytes + buffer.have))) return;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_receives});
}
