// What the programs that try the shim have in common: they make their own connections on loopback, and stop where their
// own doings fail.
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static inline void must(int holds, const char* what) {
  if (holds) return;
  printf("BROKEN %s errno=%d\n", what, errno);
  fflush(stdout);
  _exit(9);
}

static inline int listener(struct sockaddr_in* address) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  must(fd >= 0, "socket");
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof *address;
  must(bind(fd, (struct sockaddr*)address, size) == 0, "bind");
  must(getsockname(fd, (struct sockaddr*)address, &size) == 0, "getsockname");
  return fd;
}

// Two ends of one connection: [0] connected, [1] accepted. Small buffers if asked for.
static inline void connection(int ends[2], int buffer) {
  struct sockaddr_in address;
  const int door = listener(&address);
  if (buffer) setsockopt(door, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  must(listen(door, 5) == 0, "listen");
  ends[0] = socket(AF_INET, SOCK_STREAM, 0);
  if (buffer) setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  must(connect(ends[0], (struct sockaddr*)&address, sizeof address) == 0, "connect");
  ends[1] = accept(door, NULL, NULL);
  must(ends[1] >= 0, "accept");
  must(close(door) == 0, "close");
}

static inline void wait_for_input(int fd, int size) {
  for (int queued = 0; queued < size;) must(ioctl(fd, FIONREAD, &queued) == 0, "FIONREAD");
}
