// Students write: if (n == 0) { fprintf(stderr, "unexpected end\n"); exit(1); } in the function that receives a
// message. Why it is wrong: a client may leave whenever it likes. That is the end of its connection, and nobody else's.
// What happens: one client that leaves in the middle of a message ends the server for all.

#include <cstdlib>

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_or_die(const Server& server, int connection) {
  LineBuffer buffer;
  for (;;) {
    const ssize_t n = buffer.receive(server, connection);
    if (n == 0 && buffer.have > 0) {
      std::fprintf(stderr, "unexpected end of a message\n");
      std::_Exit(1);
    }
    if (n <= 0 || buffer.is_full()) return;
    while (const char* end = buffer.first_end())
      if (!answer_line(server, connection, buffer.take(end))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_or_die});
}
