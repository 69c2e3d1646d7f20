// A thread for each connection, readv() and writev().
#include "threads.hpp"
#include "vectors.hpp"

using namespace sockrig;

namespace {

void echo(int fd) {
  Vectors vectors;
  for (;;) {
    vectors.offer_all();
    ssize_t n = uninterrupted([&] { return readv(fd, vectors.parts, 2); });
    if (n <= 0) return;
    vectors.keep(static_cast<size_t>(n));
    while (vectors.size() > 0) {
      if ((n = uninterrupted([&] { return writev(fd, vectors.parts, 2); })) == -1) return;
      vectors.drop(static_cast<size_t>(n));
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), echo);
}
