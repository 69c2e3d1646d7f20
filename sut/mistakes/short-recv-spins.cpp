// Students write: while (got < size) got += recv(fd, buffer + got, size - got, 0).
// Why it is wrong: at the end of the stream recv() returns 0, now and for ever after.
// What happens: a block that stays incomplete keeps a processor busy, and nobody gets an answer.

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_block(int fd, char* buffer, size_t size) {
  size_t got = 0;
  while (got < size) {
    const ssize_t n = receive_some(fd, buffer + got, size - got);
    if (n == -1) return -1;
    got += static_cast<size_t>(n);
  }
  return static_cast<ssize_t>(got);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.receive = receive_block});
}
