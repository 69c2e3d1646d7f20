// One thread, non-blocking sockets, epoll, edge-triggered: a receive that does not fill the buffer has
// emptied the kernel's, and needs no further one to see EAGAIN (epoll(7), question 9). EPOLLRDHUP tells
// of an end of stream that came together with the last bytes, and so has no edge of its own.
#include "epoll.hpp"

using namespace sockrig;

namespace {

bool end_is_queued(int fd) {
  pollfd state{.fd = fd, .events = POLLRDHUP, .revents = 0};
  return poll(&state, 1, 0) == 1 && state.revents & POLLRDHUP;
}

void transfer(Connection& connection) {
  transfer_all(connection, [&](ssize_t n, size_t asked) {
    return n > 0 && static_cast<size_t>(n) < asked && !end_is_queued(connection.fd);
  });
}

void nothing(int, Connection&) {}

}  // namespace

int main(int count, char** arguments) {
  run_epoll(open_listener(count, arguments), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, transfer, nothing);
}
