// A thread for each connection, read() and write() as with a file; SIGPIPE is ignored, once and for all.
#include "threads.hpp"

using namespace sockrig;

namespace {

void echo(int fd) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return read(fd, buffer, sizeof buffer); })) > 0)
    if (!write_all(fd, buffer, static_cast<size_t>(n))) return;
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), echo);
}
