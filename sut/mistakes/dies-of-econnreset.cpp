// Students write: a wrapper, Recv() or Send(), that prints the error and exits.
// Why it is wrong: a reset is the end of one connection; the server has others.
// What happens: one client that crashes ends the service for all.

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_or_exit(int fd, char* buffer, size_t size) {
  const ssize_t n = receive_some(fd, buffer, size);
  if (n == -1) _exit(failed("recv"));
  return n;
}

bool send_or_exit(int fd, const char* data, size_t size) {
  if (!send_all(fd, data, size)) _exit(failed("send"));
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.receive = receive_or_exit, .send = send_or_exit});
}
