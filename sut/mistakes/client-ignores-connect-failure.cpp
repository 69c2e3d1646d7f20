// Students write: if (connect(...) == -1) { perror("connect"); return 0; }
// Why it is wrong: scripts, makefiles and graders look at the exit status, not at the message.
// What happens: what was not done counts as done.

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_or_exit(const Client& client, const char* host, const char* port) {
  const int fd = connect_to_any(client, host, port);
  if (fd == -1) _exit(0);
  return fd;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect = connect_or_exit});
}
