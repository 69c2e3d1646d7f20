// Students write: end = strchr(buffer, '\n'); in a buffer that was used before, without a '\0' behind what has arrived.
// Why it is wrong: behind the bytes that arrived stand those of an earlier message, and its end is found there.
// What happens: the beginning of a message is answered together with the end of an earlier one.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_stale(const Server& server, int connection) {
  LineBuffer buffer{};
  while (!buffer.is_full() && buffer.receive(server, connection) > 0) {
    while (buffer.have > 0) {
      const char* end = static_cast<const char*>(memchr(buffer.bytes, '\n', sizeof buffer.bytes));
      if (end == nullptr) break;
      if (!answer_line(server, connection, buffer.take(end))) return;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_stale});
}
