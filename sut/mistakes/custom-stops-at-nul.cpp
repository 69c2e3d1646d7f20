// Students write: buffer[n] = '\0'; and from there on strlen(buffer), strcpy(line, buffer).
// Why it is wrong: a message may hold a NUL. Its length is what recv() returned, not where the first NUL stands.
// What happens: of a message with a NUL the rest is lost.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_strings(const Server& server, int connection) {
  LineBuffer buffer;
  while (!buffer.is_full() && buffer.receive(server, connection) > 0) {
    while (const char* end = buffer.first_end())
      if (!answer_line(server, connection, buffer.take(end).c_str())) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_strings});
}
