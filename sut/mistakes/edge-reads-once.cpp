// Students write: event.events = EPOLLIN | EPOLLET; and one recv() per event.
// Why it is wrong: an edge is announced once; what is left after one recv() is not announced again (epoll(7)).
// What happens: all is well while messages fit the buffer; then the rest lies there until more comes.
#include <fcntl.h>
#include <sys/epoll.h>

#include "server.hpp"

using namespace sockrig;

namespace {

void watch(int epoll, int fd, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// It waits for a client that does not read; that is another mistake, and not this one's.
bool send_patiently(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
    pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
    if (n == -1 && errno == EAGAIN) poll(&writable, 1, -1);
    if (n == -1 && errno != EAGAIN && errno != EINTR) return false;
    if (n > 0) data += n, size -= static_cast<size_t>(n);
  }
  return true;
}

void receive_once(int fd) {
  char buffer[buffer_size];
  const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n > 0 && send_patiently(fd, buffer, static_cast<size_t>(n))) return;
  if (n == -1 && (errno == EAGAIN || errno == EINTR)) return;
  close(fd);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return usage(arguments[0]);
  catch_signals();
  const int listener = open_listener({}, arguments[1], arguments[2]);
  if (listener == -1) return 1;
  const int epoll = epoll_create1(0);
  watch(epoll, listener, EPOLLIN);
  for (;;) {
    epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) != 1) continue;
    if (event.data.fd != listener) {
      receive_once(event.data.fd);
    } else if (const int connection = accept(listener, nullptr, nullptr); connection != -1) {
      fcntl(connection, F_SETFL, O_NONBLOCK);
      watch(epoll, connection, EPOLLIN | EPOLLET);
    }
  }
}
