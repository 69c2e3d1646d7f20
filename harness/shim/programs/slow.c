// A library that makes every call on a descriptor some ten times slower, in every program but sockrig itself. It is
// preloaded by a test, behind the shim.
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static void dawdle(void) {
  if (!strcmp(program_invocation_short_name, "sockrig")) return;
  const int saved = errno;
  const struct timespec time = {0, 20000};
  nanosleep(&time, NULL);
  errno = saved;
}

#define SLOW(type, name, parameters, arguments)                    \
  type name parameters {                                           \
    static type(*next) parameters;                                 \
    if (!next) next = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
    dawdle();                                                      \
    return next arguments;                                         \
  }

SLOW(ssize_t, recv, (int fd, void* data, size_t size, int flags), (fd, data, size, flags))
SLOW(ssize_t, read, (int fd, void* data, size_t size), (fd, data, size))
SLOW(ssize_t, readv, (int fd, const struct iovec* parts, int count), (fd, parts, count))
SLOW(ssize_t, recvmsg, (int fd, struct msghdr* message, int flags), (fd, message, flags))
SLOW(ssize_t, send, (int fd, const void* data, size_t size, int flags), (fd, data, size, flags))
SLOW(ssize_t, write, (int fd, const void* data, size_t size), (fd, data, size))
SLOW(ssize_t, writev, (int fd, const struct iovec* parts, int count), (fd, parts, count))
SLOW(ssize_t, sendmsg, (int fd, const struct msghdr* message, int flags), (fd, message, flags))
SLOW(int, accept, (int fd, struct sockaddr* address, socklen_t* size), (fd, address, size))
SLOW(int, accept4, (int fd, struct sockaddr* address, socklen_t* size, int flags), (fd, address, size, flags))
SLOW(int, connect, (int fd, const struct sockaddr* address, socklen_t size), (fd, address, size))
SLOW(int, listen, (int fd, int backlog), (fd, backlog))
SLOW(int, shutdown, (int fd, int how), (fd, how))
SLOW(int, close, (int fd), (fd))
SLOW(int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
SLOW(int, select, (int count, fd_set* r, fd_set* w, fd_set* e, struct timeval* timeout), (count, r, w, e, timeout))
SLOW(int, epoll_wait, (int fd, struct epoll_event* events, int room, int timeout), (fd, events, room, timeout))
