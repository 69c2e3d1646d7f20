// Students write: getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, …), and receive as many whole kilobytes as a segment holds.
// Why it is wrong: how large segments are is the network's affair. On some paths they hold less than a kilobyte, and
// recv() that is asked for nothing returns 0 like at the end of the stream.
// What happens: all is well at home; somebody behind a tunnel is hung up on.

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>

#include "server.hpp"

using namespace sockrig;

namespace {

size_t block_for(int connection) {
  int segment = 1024;
  socklen_t size = sizeof segment;
  getsockopt(connection, IPPROTO_TCP, TCP_MAXSEG, &segment, &size);
  return std::min(buffer_size, static_cast<size_t>(segment) / 1024 * 1024);
}

void echo_blocks(const Server& server, int connection) {
  char buffer[buffer_size];
  const size_t block = block_for(connection);
  ssize_t n;
  while ((n = server.receive(connection, buffer, block)) > 0)
    if (!server.send(connection, buffer, static_cast<size_t>(n))) return;
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.serve = echo_blocks});
}
