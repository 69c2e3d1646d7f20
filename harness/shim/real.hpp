// The functions that the shim stands in front of.
//
// Decides which names are interposed and where the real ones are. They are looked up once, before
// the program's main; every wrapper calls through this table and never through the PLT.
#pragma once

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SOCKRIG_EXPORT extern "C" __attribute__((visibility("default")))

// What a program calls instead when it was built with _FORTIFY_SOURCE; no header declares them without it.
extern "C" {
ssize_t __read_chk(int, void*, size_t, size_t);
ssize_t __recv_chk(int, void*, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void*, size_t, size_t, int, sockaddr*, socklen_t*);
int __poll_chk(pollfd*, nfds_t, int, size_t);
int __ppoll_chk(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t);
}

namespace sockrig::shim {

// clang-format off
#define SOCKRIG_REALS(X)                                                                                      \
  X(socket) X(bind) X(listen) X(accept) X(accept4) X(connect) X(shutdown) X(setsockopt) X(recv)               \
  X(recvfrom) X(recvmsg) X(recvmmsg) X(read) X(readv) X(send) X(sendto) X(sendmsg) X(sendmmsg)                \
  X(write) X(writev) X(sendfile) X(sendfile64) X(splice) X(poll) X(ppoll) X(select) X(pselect)                \
  X(epoll_wait) X(epoll_pwait) X(epoll_pwait2) X(epoll_ctl) X(close) X(close_range) X(closefrom)              \
  X(dup) X(dup2) X(dup3) X(fcntl) X(fcntl64) X(ioctl) X(fclose) X(getaddrinfo) X(freeaddrinfo)                \
  X(fork) X(execve) X(execvpe) X(fexecve) X(execveat) X(posix_spawn) X(posix_spawnp)                          \
  X(gethostbyname) X(gethostbyname2) X(getservbyname) X(__read_chk) X(__recv_chk) X(__recvfrom_chk)           \
  X(__poll_chk) X(__ppoll_chk) X(alarm) X(ualarm) X(setitimer) X(timer_create) X(timer_settime)               \
  X(timer_delete) X(dlopen)
// clang-format on

struct RealFunctions {
#define X(name) decltype(&::name) name;
  SOCKRIG_REALS(X)
#undef X
};

extern constinit RealFunctions real;

// Fills the table. Doing it twice, or in two threads at once, writes the same values.
void resolve_real_functions();

}  // namespace sockrig::shim
