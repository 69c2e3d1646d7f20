// Students write: for (char* line = strtok(buffer, "\n"); line; line = strtok(NULL, "\n")) answer(line); have = 0;
// Why it is wrong: what stands behind the last whole line is the beginning of the next one, whose rest is to come.
// What happens: whoever sends quickly has the beginning of a line dropped, now and then.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_and_empty(const Server& server, int connection) {
  LineBuffer buffer;
  while (!buffer.is_full() && buffer.receive(server, connection) > 0) {
    if (buffer.first_end() == nullptr) continue;
    while (const char* end = buffer.first_end())
      if (!answer_line(server, connection, buffer.take(end))) return;
    buffer.have = 0;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_and_empty});
}
