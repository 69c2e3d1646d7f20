// Students write: if (n < 0) { perror("recv"); exit(1); }
// Why it is wrong: ECONNRESET says that one client has gone. It concerns that connection only.
// What happens: the first client whose program is ended, or whose cable is pulled, ends the server for all.

#include "lines.hpp"

using namespace sockrig;

namespace {

void serve_lines(const Server& server, int connection) {
  LineBuffer buffer;
  for (ssize_t n; !buffer.is_full() && (n = buffer.receive(server, connection)) != 0;) {
    if (n < 0) std::exit(failed("recv"));
    while (const char* end = buffer.first_end())
      if (!answer_line(server, connection, buffer.take(end))) return;
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = serve_lines});
}
