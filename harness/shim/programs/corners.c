// Rare ways to use a socket, each in one command; like probe.c it prints what it was told and knows nothing of the
// shim.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"

enum { amount = 1000, chunk = 300 };

static char data[amount];

typedef ssize_t Receive(int fd, void* buffer, size_t size, int flags);

static void receive_by(Receive* receive, int fd) {
  char got[chunk];
  for (int total = 0; total < amount;) {
    const ssize_t n = receive(fd, got, sizeof got, 0);
    must(n > 0 && (fd == 0 || memcmp(got, data + total, (size_t)n) == 0), "receive");
    total += (int)n;
    printf("%zd ", n);
  }
  printf("received\n");
}

static void receive_all(int fd) {
  receive_by(recv, fd);
}

// All of `data` lies in the second one's queue.
static void full_connection(int ends[2]) {
  int queued = 0;
  connection(ends, 0);
  must(send(ends[0], data, amount, 0) == amount, "send");
  while (queued < amount) must(ioctl(ends[1], FIONREAD, &queued) == 0, "FIONREAD");
}

// By a library that looks for recv() in its own dependencies first, as run-times load their extensions.
static void deep(const char* self) {
  int ends[2];
  char path[4096];
  snprintf(path, sizeof path, "%.*s/deep.so", (int)(strrchr(self, '/') - self), self);
  void* library = dlopen(path, RTLD_NOW | RTLD_DEEPBIND);
  must(library != NULL, "dlopen");
  full_connection(ends);
  receive_by((Receive*)dlsym(library, "deep_recv"), ends[1]);
}

// Asks for 2 GiB of what a file or a pipe holds, as the copy functions of libraries do.
static void greedy(const char* call) {
  int ends[2], way[2];
  char back[amount];
  connection(ends, 0);
  FILE* file = tmpfile();
  must(file && fwrite(data, 1, amount, file) == amount && fflush(file) == 0, "tmpfile");
  must(pipe(way) == 0 && write(way[1], data, amount) == amount, "pipe");
  must(lseek(fileno(file), 0, SEEK_SET) == 0, "lseek");
  off_t offset = 0;
  for (int total = 0; total < amount;) {
    ssize_t sent = -1;
    if (!strcmp(call, "splice"))
      sent = splice(way[0], NULL, ends[0], NULL, 1u << 31, 0);
    else
      sent = sendfile(ends[0], fileno(file), !strcmp(call, "sendfile") ? &offset : NULL, 0x7ffff000);
    must(sent > 0, "sent");
    total += (int)sent;
    printf("%zd ", sent);
  }
  must(recv(ends[1], back, amount, MSG_WAITALL) == amount && memcmp(back, data, amount) == 0, "all back");
  printf("sent\n");
}

// Two epolls wait for edges of one descriptor; with `exec` a new program, which knows nothing of them, receives.
static void edges(char* self, int exec) {
  int ends[2];
  struct epoll_event event = {.events = EPOLLIN | EPOLLET};
  full_connection(ends);
  for (int i = 0; i < 2; ++i) must(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, ends[1], &event) == 0, "epoll_ctl");
  if (!exec) return receive_all(ends[1]);
  dup2(ends[1], 0);
  execl(self, self, "from-stdin", (char*)NULL);
  must(0, "execl");
}

int main(int count, char** arguments) {
  alarm(60);
  must(count > 1, "which command");
  for (int i = 0; i < amount; ++i) data[i] = (char)(i * 7 + 1);
  if (!strcmp(arguments[1], "from-stdin"))
    receive_all(0);
  else if (!strncmp(arguments[1], "edges", 5))
    edges(arguments[0], !strcmp(arguments[1], "edges-before-exec"));
  else if (!strcmp(arguments[1], "deep"))
    deep(arguments[0]);
  else
    greedy(arguments[1]);
  return 0;
}
