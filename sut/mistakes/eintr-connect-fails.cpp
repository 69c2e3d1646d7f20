// Students write: if (connect(...) == -1) { close(fd); try the next address or give up }
// Why it is wrong: after EINTR the request goes on, and the connection is established without us (POSIX,
// connect()).
// What happens: the client gives up on a server that is about to answer.

#include "client.hpp"

using namespace sockrig;

namespace {

int connect_uninterrupted_only(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype, address.ai_protocol);
  if (fd == -1 || connect(fd, address.ai_addr, address.ai_addrlen) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.connect_to_one = connect_uninterrupted_only});
}
