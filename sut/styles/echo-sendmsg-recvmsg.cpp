// A thread for each connection, recvmsg() and sendmsg().
#include "threads.hpp"
#include "vectors.hpp"

using namespace sockrig;

namespace {

void echo(int fd) {
  Vectors vectors;
  msghdr message{};
  message.msg_iov = vectors.parts;
  message.msg_iovlen = 2;
  for (;;) {
    vectors.offer_all();
    ssize_t n = uninterrupted([&] { return recvmsg(fd, &message, 0); });
    if (n <= 0) return;
    vectors.keep(static_cast<size_t>(n));
    while (vectors.size() > 0) {
      if ((n = uninterrupted([&] { return sendmsg(fd, &message, MSG_NOSIGNAL); })) == -1) return;
      vectors.drop(static_cast<size_t>(n));
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), echo);
}
