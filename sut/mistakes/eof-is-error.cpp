// Students write: if (recv(...) <= 0) { perror("recv"); exit(1); }
// Why it is wrong: 0 is how every connection ends that goes well.
// What happens: the server serves its first client and is gone ("recv: Success").

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_or_exit(int fd, char* buffer, size_t size) {
  const ssize_t n = receive_some(fd, buffer, size);
  if (n == 0) _exit(failed("recv"));
  return n;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.receive = receive_or_exit});
}
