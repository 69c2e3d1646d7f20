// Calls that fail although they need not: what the program gets, and what is there for it afterwards.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"

static void report(long result) {
  if (result < 0)
    printf("%s\n", strerrorname_np(errno));
  else
    printf("%ld\n", result);
}

// One call that finds nothing or nobody although it could, or may not be made to; then what is really there.
static void unready_command(const char* call, const char* how) {
  int ends[2];
  char data[100] = "";
  connection(ends, 0);
  const int out = !strcmp(call, "send"), edge = !strcmp(how, "edge"), fd = ends[1];
  struct epoll_event event = {.events = (out ? EPOLLOUT : EPOLLIN) | (edge ? EPOLLET : 0)}, got;
  const int queue = epoll_create1(0), flags = !strcmp(how, "signal") ? O_NONBLOCK | O_ASYNC : O_NONBLOCK;
  if (strcmp(how, "blocking")) must(fcntl(fd, F_SETFL, flags) == 0, "F_SETFL");
  must(epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  if (!out && strcmp(how, "nothing")) must(send(ends[0], data, 7, 0) == 7, "send"), wait_for_input(fd, 7);
  if (!strcmp(how, "fin")) must(shutdown(ends[0], SHUT_WR) == 0, "shutdown");
  if (edge) must(epoll_wait(queue, &got, 1, 20000) == 1, "the first edge");
  const int peek = !strcmp(how, "peek") ? MSG_PEEK : 0;
  for (int i = 0; i < 2; ++i) {
    if (edge && i == 1) must(epoll_wait(queue, &got, 1, 0) == 1, "another edge");
    if (!out && i == 1 && !strcmp(how, "blocking")) must(send(ends[0], data, 7, 0) == 7, "send");
    report(out ? send(fd, data, 100, 0) : recv(fd, data, 100, peek));
  }
}

// A connection that is reset, or alive, before it is accepted, and one behind it.
static void gone_command(const char* how) {
  struct sockaddr_in address;
  const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  const int door = listener(&address), first = socket(AF_INET, SOCK_STREAM, 0), other = socket(AF_INET, SOCK_STREAM, 0);
  must(listen(door, 5) == 0, "listen");
  must(connect(first, (struct sockaddr*)&address, sizeof address) == 0, "connect");
  if (!strcmp(how, "reset")) {
    setsockopt(first, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    must(close(first) == 0, "close");
  }
  must(connect(other, (struct sockaddr*)&address, sizeof address) == 0, "connect");
  for (int i = 0; i < 2; ++i) report(accept(door, NULL, NULL) >= 0 ? 0 : -1);
  fcntl(door, F_SETFL, O_NONBLOCK);
  report(accept(door, NULL, NULL));
}

int main(int count, char** arguments) {
  must(count > 2, "arguments");
  alarm(60);
  if (!strcmp(arguments[1], "accept"))
    gone_command(arguments[2]);
  else
    unready_command(arguments[1], arguments[2]);
  return 0;
}
