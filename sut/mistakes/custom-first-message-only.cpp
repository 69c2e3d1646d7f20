// Students write: while (strchr(buffer, '\n') == NULL) recv(…); answer the line; and start with an empty buffer again.
// Why it is wrong: one receive may bring more than one line. What stands behind the first belongs to the next.
// What happens: a client that does not wait for each answer gets only the first.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_first_lines(const Server& server, int connection) {
  for (;;) {
    LineBuffer buffer;
    while (buffer.first_end() == nullptr)
      if (buffer.is_full() || buffer.receive(server, connection) <= 0) return;
    if (!answer_line(server, connection, buffer.take(buffer.first_end()))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_first_lines});
}
