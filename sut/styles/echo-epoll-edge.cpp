// One thread, non-blocking sockets, epoll, edge-triggered: each event is used up until EAGAIN.
#include "epoll.hpp"

using namespace sockrig;

namespace {

void transfer(Connection& connection) {
  transfer_all(connection, [](ssize_t, size_t) { return false; });
}

void nothing(int, Connection&) {}

}  // namespace

int main(int count, char** arguments) {
  run_epoll(open_listener(count, arguments), EPOLLIN | EPOLLOUT | EPOLLET, transfer, nothing);
}
