// A thread for each connection, which reads and throws away.
#include "threads.hpp"

using namespace sockrig;

namespace {

void discard(int fd) {
  char buffer[buffer_size];
  while (uninterrupted([&] { return recv(fd, buffer, sizeof buffer, 0); }) > 0) continue;
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), discard);
}
