// Character generators, right or wrong in what they do with a client that is gone: chargens HOST PORT HOW.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { width = 74, lines = 95 * width };

static char pattern[lines];
static const char* how;

static int is(const char* name) {
  return !strcmp(how, name);
}

static void make_lines(void) {
  for (int line = 0; line < 95; ++line) {
    for (int i = 0; i < 72; ++i) pattern[line * width + i] = (char)(' ' + (line + i) % 95);
    memcpy(pattern + line * width + 72, "\r\n", 2);
  }
}

static ssize_t give(int fd, size_t at, size_t most) {
  if (is("syscall")) return syscall(SYS_sendto, fd, pattern + at, most, MSG_NOSIGNAL, NULL, 0);
  const int wrong = is("fork") || is("wrong-thread");
  return send(fd, pattern + at, most, wrong ? 0 : MSG_NOSIGNAL);
}

static void count(int signal) {
  (void)signal;
}

static void* generate(void* of) {
  const int fd = (int)(intptr_t)of;
  char sink[4096];
  size_t at = 0;
  if (is("one-send")) {
    const size_t huge = (size_t)64 << 20;
    char* all = malloc(huge);
    for (size_t i = 0; i < huge; ++i) all[i] = pattern[i % lines];
    send(fd, all, huge, MSG_NOSIGNAL);
    free(all);
    recv(fd, sink, 1, 0);
  } else if (is("stdio")) {
    FILE* out = fdopen(dup(fd), "w");
    setvbuf(out, NULL, _IONBF, 0);
    while (fwrite(pattern + at, 1, lines - at, out) == lines - at) continue;
    fclose(out);
  } else if (is("epoll-edge")) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
    const int queue = epoll_create1(0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
    for (int over = 0; !over && epoll_wait(queue, &event, 1, -1) == 1;) {
      ssize_t n;
      while ((n = recv(fd, sink, sizeof sink, 0)) > 0) continue;
      over = n == 0 || errno != EAGAIN;
      while (!over && (n = give(fd, at, lines - at)) > 0) at = (at + (size_t)n) % lines;
      over = over || errno != EAGAIN;
    }
    close(queue);
  } else if (is("ticking")) {
    struct pollfd one = {.fd = fd};
    for (;;) {
      one.events = POLLIN | POLLOUT;
      if (poll(&one, 1, 50) <= 0) continue;
      if ((one.revents & ~POLLOUT) && recv(fd, sink, sizeof sink, MSG_DONTWAIT) == 0) break;
      const ssize_t n = send(fd, pattern + at, lines - at, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno != EAGAIN) break;
      if (n > 0) at = (at + (size_t)n) % lines;
    }
  } else {
    if (is("blocked")) {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, NULL);
    }
    const size_t most = is("bytes") ? 1 : lines;
    for (ssize_t n; (n = give(fd, at, most < lines - at ? most : lines - at)) > 0;) at = (at + (size_t)n) % lines;
    if (is("exits-on-error")) exit(1);
  }
  close(fd);
  return NULL;
}

// Another thread sees the reset first, and ends the program while its companion is about to send.
static void* watch(void* of) {
  char sink[4096];
  while (recv((int)(intptr_t)of, sink, sizeof sink, 0) > 0) continue;
  if (is("exits-on-end")) _exit(1);
  return NULL;
}

int main(int argc, char** arguments) {
  if (argc != 4) return 2;
  how = arguments[3];
  make_lines();
  signal(SIGCHLD, SIG_IGN);
  if (is("blocked")) signal(SIGUSR1, count);
  const int one = 1, door = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
  inet_pton(AF_INET, arguments[1], &address.sin_addr);
  setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(door, (const struct sockaddr*)&address, sizeof address) != 0 || listen(door, 20) != 0) return 1;
  for (;;) {
    const int fd = accept(door, NULL, NULL);
    pthread_t thread;
    if (fd < 0) continue;
    if (is("fork")) {
      if (fork() == 0) {
        close(door);
        generate((void*)(intptr_t)fd);
        return 0;
      }
      close(fd);
      continue;
    }
    if (is("exits-on-end") && pthread_create(&thread, NULL, watch, (void*)(intptr_t)fd) == 0) pthread_detach(thread);
    if (pthread_create(&thread, NULL, generate, (void*)(intptr_t)fd) == 0) pthread_detach(thread);
  }
}
