// What a program sees: each command makes its own connection on loopback, does one thing and prints what
// it was told. It knows nothing of the shim; the test compares.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

enum { amount = 1000, chunk = 300 };
static char* self;

static void fill(char* data, int from, int size) {
  for (int i = 0; i < size; ++i) data[i] = (char)((from + i) * 7 + 1);
}

static void check(const char* data, int from, int size) {
  for (int i = 0; i < size; ++i) must(data[i] == (char)((from + i) * 7 + 1), "wrong byte");
}

// Tables of calls and of commands, a line each.
// clang-format off
static ssize_t receive_by(const char* call, int fd, char* out, size_t size) {
  struct iovec parts[3] = {{out, size / 3}, {out + size / 3, size / 3}, {out + size / 3 * 2, size - size / 3 * 2}};
  const struct iovec before[3] = {parts[0], parts[1], parts[2]};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
  ssize_t got = -1;
  errno = 77;
  if (!strcmp(call, "recv")) got = recv(fd, out, size, 0);
  else if (!strcmp(call, "recvfrom")) got = recvfrom(fd, out, size, 0, NULL, NULL);
  else if (!strcmp(call, "read")) got = read(fd, out, size);
  else if (!strcmp(call, "readv")) got = readv(fd, parts, 3);
  else if (!strcmp(call, "recvmsg")) got = recvmsg(fd, &message, 0);
  else must(0, "which call");
  must(got < 0 || errno == 77, "errno was changed");
  must(memcmp(parts, before, sizeof before) == 0 && message.msg_iov == parts && message.msg_iovlen == 3, "vector changed");
  return got;
}

static ssize_t send_by(const char* call, int fd, char* data, size_t size) {
  struct iovec parts[3] = {{data, size / 3}, {data + size / 3, size / 3}, {data + size / 3 * 2, size - size / 3 * 2}};
  const struct iovec before[3] = {parts[0], parts[1], parts[2]};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
  ssize_t sent = -1;
  FILE* file = NULL;
  if (!strcmp(call, "sendfile")) {
    file = tmpfile();
    must(file && fwrite(data, 1, size, file) == size && fflush(file) == 0, "tmpfile");
  }
  errno = 77;
  if (!strcmp(call, "send")) sent = send(fd, data, size, MSG_NOSIGNAL);
  else if (!strcmp(call, "sendto")) sent = sendto(fd, data, size, 0, NULL, 0);
  else if (!strcmp(call, "write")) sent = write(fd, data, size);
  else if (!strcmp(call, "writev")) sent = writev(fd, parts, 3);
  else if (!strcmp(call, "sendmsg")) sent = sendmsg(fd, &message, 0);
  else if (file) {
    off_t offset = 0;
    sent = sendfile(fd, fileno(file), &offset, size);
    must(sent == offset, "offset");
  } else must(0, "which call");
  must(sent < 0 || errno == 77, "errno was changed");
  must(memcmp(parts, before, sizeof before) == 0, "vector changed");
  if (file) fclose(file);
  return sent;
}

static void receive_all(const char* call, int fd) {
  char data[chunk];
  for (int total = 0; total < amount;) {
    const ssize_t got = receive_by(call, fd, data, sizeof data);
    must(got > 0, "receive");
    check(data, total, (int)got);
    total += (int)got;
    printf("%zd ", got);
  }
  printf("received\n");
}

static void send_amount(int fd) {
  char data[amount];
  fill(data, 0, amount);
  for (int at = 0; at < amount;) {
    const ssize_t sent = send(fd, data + at, (size_t)(amount - at), 0);
    must(sent > 0, "send");
    at += (int)sent;
  }
}

static void receive_command(const char* call) {
  int ends[2];
  connection(ends, 0);
  send_amount(ends[0]);
  wait_for_input(ends[1], amount);
  receive_all(call, ends[1]);
  must(close(ends[1]) == 0 && close(ends[0]) == 0, "close");
}

static void handle(const char* how);
static void send_command(const char* call, const char* how) {
  int ends[2];
  char data[amount], back[amount];
  connection(ends, 0);
  if (!strcmp(how, "nonblock")) fcntl(ends[0], F_SETFL, O_NONBLOCK);
  else if (!strcmp(how, "timeout")) setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){20, 0}, sizeof(struct timeval));
  handle(!strcmp(how, "handler") ? "plain" : "none");
  fill(data, 0, amount);
  for (int total = 0; total < amount;) {
    const ssize_t sent = send_by(call, ends[0], data + total, (size_t)(amount - total));
    must(sent > 0, "send");
    total += (int)sent;
    printf("%zd ", sent);
  }
  must(recv(ends[1], back, amount, MSG_WAITALL) == amount, "all back");
  check(back, 0, amount);
  printf("sent\n");
}

// One receive of up to 100 of 1000 queued bytes under some condition; prints the count.
static void condition_command(const char* what) {
  int ends[2];
  char data[100];
  if (!strcmp(what, "unix")) must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
  else if (!strcmp(what, "pipe")) must(pipe(ends) == 0, "pipe");
  else connection(ends, 0);
  const int from = !strcmp(what, "pipe") ? ends[0] : ends[1], to = !strcmp(what, "pipe") ? ends[1] : ends[0];
  char all[amount];
  fill(all, 0, amount);
  must(write(to, all, amount) == amount, "write");
  wait_for_input(from, amount);
  size_t size = sizeof data;
  int flags = 0, water = 50;
  if (!strcmp(what, "one")) size = 1;
  if (!strcmp(what, "none")) size = 0;
  if (!strcmp(what, "waitall")) flags = MSG_WAITALL;
  if (!strcmp(what, "peek")) flags = MSG_PEEK;
  if (!strcmp(what, "lowat")) must(setsockopt(from, SOL_SOCKET, SO_RCVLOWAT, &water, sizeof water) == 0, "lowat");
  if (!strcmp(what, "async")) must(fcntl(from, F_SETFL, O_ASYNC) == 0, "F_SETFL");
  if (!strcmp(what, "fin")) {
    struct pollfd end = {from, POLLRDHUP, 0};
    shutdown(to, SHUT_WR);
    while (!(end.revents & POLLRDHUP)) syscall(SYS_ppoll, &end, 1, NULL, NULL, 8);
  }
  const ssize_t got = !strcmp(what, "pipe") ? read(from, data, size) : recv(from, data, size, flags);
  printf("%zd\n", got);
}

// Reads as epoll(7) advises: a short count means "drained".
static void edge_command(const char* how) {
  int ends[2];
  char data[3000];
  connection(ends, 0);
  const unsigned once = !strcmp(how, "oneshot") ? EPOLLONESHOT : 0;
  must(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0, "F_SETFL");
  const int queue = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET | once, .data.fd = ends[1]};
  must(epoll_ctl(queue, EPOLL_CTL_ADD, ends[1], &event) == 0, "epoll_ctl");
  fill(data, 0, sizeof data);
  must(send(ends[0], data, sizeof data, 0) == (ssize_t)sizeof data, "send");
  wait_for_input(ends[1], sizeof data);
  int total = 0;
  while (total < 3000) {
    struct epoll_event ready;
    if (epoll_wait(queue, &ready, 1, 3000) != 1) break;
    must(ready.data.fd == ends[1], "event data");
    ssize_t got;
    do {
      char part[100];
      got = recv(ends[1], part, sizeof part, 0);
      if (got > 0) check(part, total, (int)got), total += (int)got;
    } while (got == 100);
    if (once) must(epoll_ctl(queue, EPOLL_CTL_MOD, ends[1], &event) == 0, "arm again");
  }
  printf("total %d\n", total);
  event.events = EPOLLOUT | EPOLLET;
  must(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event) == 0, "epoll_ctl");
  printf("sent %zd\n", send(ends[0], data, 100, 0));
}

static atomic_int handled;
static void on_signal(int signal) {
  (void)signal;
  ++handled;
}

static void handle(const char* how) {
  if (!strcmp(how, "none")) return;
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = !strcmp(how, "restart") ? SA_RESTART : 0};
  sigaction(SIGCHLD, &action, NULL);
  if (strcmp(how, "blocked")) return;
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &mask, NULL);
}

// Gives the main thread what it waits for, but only once it is really asleep in a call, or says it is done.
struct Helper {
  pid_t thread;
  int fd, far_end;
  const char* call;
  struct sockaddr_in address;
  atomic_int done;
};

static int is_asleep(pid_t thread) {
  char path[64], text[64] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
  const int fd = open(path, O_RDONLY);
  if (fd < 0 || syscall(SYS_read, fd, text, sizeof text - 1) <= 0) text[0] = 0;
  close(fd);
  return text[0] >= '0' && text[0] <= '9';
}

static void* help(void* argument) {
  struct Helper* helper = argument;
  while (!helper->done && !is_asleep(helper->thread)) sched_yield();
  if (helper->done) return NULL;
  if (!strncmp(helper->call, "accept", 6)) {
    const int fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
    syscall(SYS_connect, fd, &helper->address, sizeof helper->address);
  } else if (!strcmp(helper->call, "send")) {
    static char sink[65536];
    while (!helper->done) syscall(SYS_recvfrom, helper->far_end, sink, sizeof sink, MSG_DONTWAIT, NULL, NULL);
  } else if (!strcmp(helper->call, "recv-lowat")) {
    syscall(SYS_shutdown, helper->far_end, SHUT_WR);
  } else {
    syscall(SYS_sendto, helper->far_end, "x", 1, 0, NULL, 0);
  }
  return NULL;
}

static long wait_by(const char* call, int fd) {
  struct pollfd one = {fd, POLLIN, 0};
  struct timespec time = {20, 0};
  struct timeval period = {20, 0};
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  struct epoll_event event = {.events = EPOLLIN}, got;
  const int queue = epoll_create1(0);
  epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
  volatile nfds_t count = 1;  // the fortified program cannot know it
  if (!strcmp(call, "poll")) return poll(&one, count, 20000);
  if (!strcmp(call, "ppoll")) return ppoll(&one, count, &time, NULL);
  if (!strcmp(call, "select")) return select(fd + 1, &set, NULL, NULL, &period);
  if (!strcmp(call, "pselect")) return pselect(fd + 1, &set, NULL, NULL, &time, NULL);
  if (!strcmp(call, "epoll_wait")) return epoll_wait(queue, &got, 1, 20000);
  if (!strcmp(call, "epoll_pwait2")) return epoll_pwait2(queue, &got, 1, &time, NULL);
  must(0, "which call");
  return -1;
}

static void report(long result) {
  if (result < 0) printf("%s handled %d\n", strerrorname_np(errno), handled);
  else printf("%ld handled %d\n", result, handled);
}

static void interrupt_command(const char* call, const char* handler) {
  int ends[2] = {-1, -1};
  struct Helper helper = {.thread = gettid(), .call = call};
  char data[64];
  static char large[1 << 20];
  const int accepts = !strncmp(call, "accept", 6);
  if (accepts) {
    helper.fd = listener(&helper.address);
    must(listen(helper.fd, 5) == 0, "listen");
  } else {
    connection(ends, !strcmp(call, "send") ? 4096 : 0);
    helper.fd = ends[1];
    helper.far_end = ends[0];
  }
  if (!strcmp(call, "send")) {
    helper.fd = ends[0];
    helper.far_end = ends[1];
    while (syscall(SYS_sendto, ends[0], large, sizeof large, MSG_DONTWAIT, NULL, 0) > 0) {}
  }
  if (strstr(call, "nonblock")) fcntl(helper.fd, F_SETFL, O_NONBLOCK);
  struct timeval timeout = {20, 0};
  if (!strcmp(call, "recv-timeout")) setsockopt(helper.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  if (!strcmp(call, "recv-lowat")) setsockopt(helper.fd, SOL_SOCKET, SO_RCVLOWAT, &(int){2}, sizeof(int));  // one will be there
  if (!strcmp(call, "recv-ready") || !strcmp(call, "recv-lowat")) must(send(ends[0], "x", 1, 0) == 1, "send"), wait_for_input(ends[1], 1);
  handle(handler);
  pthread_t thread;
  sigset_t all, before;  // the signal is for the thread that waits
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  must(pthread_create(&thread, NULL, help, &helper) == 0, "pthread_create");
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  long result;
  if (accepts) result = accept(helper.fd, NULL, NULL) >= 0 ? 0 : -1;
  else if (!strncmp(call, "recv", 4)) result = recv(helper.fd, data, sizeof data, 0);
  else if (!strcmp(call, "send")) result = send(helper.fd, "y", 1, 0);
  else result = wait_by(call, helper.fd);
  const int error = errno;
  helper.done = 1;
  pthread_join(thread, NULL);
  errno = error;
  report(result);
}

static void connect_command(const char* handler) {
  struct sockaddr_in address;
  const int door = listener(&address);
  must(listen(door, 5) == 0, "listen");
  handle(handler);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  report(connect(fd, (struct sockaddr*)&address, sizeof address));
  must((fcntl(fd, F_GETFL) & O_NONBLOCK) == 0, "flags given back");
  struct pollfd one = {fd, POLLOUT, 0};
  must(poll(&one, 1, -1) == 1, "poll");
  int error = -1;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  must(accept(door, NULL, NULL) >= 0, "accept");
  printf("then %d\n", error);
}

static void partial_command(const char* handler) {
  int ends[2];
  static char data[16 << 20], back[16 << 20];
  connection(ends, 65536);
  handle(handler);
  fill(data, 0, sizeof data);
  const ssize_t sent = send(ends[0], data, sizeof data, 0);
  printf("%s handled %d\n", sent > 0 && sent < (ssize_t)sizeof data ? "part" : "other", handled);
  shutdown(ends[0], SHUT_WR);
  must(recv(ends[1], back, sizeof back, MSG_WAITALL) == sent, "exactly the part arrived");
  check(back, 0, (int)sent);
}

static void* mover(void* argument) {
  (void)argument;
  int ends[2];
  connection(ends, 0);
  for (int i = 0; i < 50; ++i) {
    char data[amount];
    fill(data, 0, amount);
    for (int at = 0; at < amount;) at += (int)send(ends[0], data + at, (size_t)(amount - at), 0);
    memset(data, 0, sizeof data);
    for (int at = 0; at < amount;) at += (int)recv(ends[1], data + at, (size_t)(amount - at), 0);
    check(data, 0, amount);
  }
  close(ends[0]);
  close(ends[1]);
  return NULL;
}

static void threads_command(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, mover, NULL);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  printf("moved\n");
}

static int wait_for_child(pid_t child) {
  int status = -1;
  must(waitpid(child, &status, 0) == child, "waitpid");
  return status;
}

static void fork_command(void) {
  int ends[2];
  connection(ends, 0);
  const pid_t child = fork();
  if (child == 0) {
    receive_all("recv", ends[1]);
    send_amount(ends[1]);
    fflush(stdout);
    _exit(0);
  }
  close(ends[1]);
  send_amount(ends[0]);
  shutdown(ends[0], SHUT_WR);
  must(wait_for_child(child) == 0, "child");
  char back[amount];
  must(recv(ends[0], back, amount, MSG_WAITALL) == amount, "echo");
  char more;
  must(recv(ends[0], &more, 1, 0) == 0, "end");
  printf("parent done\n");
}

static void start_command(const char* how) {
  char* nothing[] = {NULL};
  char* arguments[] = {self, "receive", "recv", NULL};
  fflush(stdout);
  if (!strcmp(how, "execve")) execve(self, arguments, nothing);
  if (!strcmp(how, "execle")) execle(self, self, "receive", "recv", (char*)NULL, nothing);
  if (!strcmp(how, "execl")) clearenv(), execl(self, self, "receive", "recv", (char*)NULL);
  if (!strcmp(how, "execvp")) clearenv(), execvp(self, arguments);
  pid_t child = -1;
  if (!strcmp(how, "spawn")) must(posix_spawn(&child, self, NULL, NULL, arguments, nothing) == 0, "posix_spawn");
  if (!strcmp(how, "vfork") && (child = vfork()) == 0) {
    execve(self, arguments, nothing);
    _exit(8);
  }
  must(wait_for_child(child) == 0, "child");
}

// Hands an accepted connection to a new program as its descriptor 0, as inetd does.
static void inherit_command(void) {
  int ends[2];
  connection(ends, 0);
  send_amount(ends[0]);
  wait_for_input(ends[1], amount);
  dup2(ends[1], 0);
  close(ends[1]);
  execl(self, self, "from-stdin", (char*)NULL);
  must(0, "execl");
}

static void close_all_command(const char* how) {
  if (!strcmp(how, "range")) must(close_range(3, ~0U, 0) == 0, "close_range");
  else if (!strcmp(how, "from")) closefrom(3);
  else
    for (int fd = 3; fd < 2000; ++fd) close(fd);
  receive_command("recv");
}

static void setup_command(void) {
  const int one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int first = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), second = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  must(bind(first, (struct sockaddr*)&address, sizeof address) == 0, "bind");
  must(bind(second, (struct sockaddr*)&address, sizeof address) == 0, "bind");
  setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(second, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  must(listen(first, 100) == 0, "listen");
  ioctl(second, FIONBIO, &one);
  const int copied = dup(second);
  must(copied >= 0, "dup");
  close(second);
  FILE* stream = fdopen(copied, "r");
  must(stream && fclose(stream) == 0, "fclose");
  printf("double %d\n", close(copied));
  struct addrinfo* list = NULL;
  must(getaddrinfo("127.0.0.1", "80", NULL, &list) == 0, "getaddrinfo");
  freeaddrinfo(list);
}

static void fail_command(const char* call) {
  struct sockaddr_in address;
  struct addrinfo* list;
  if (!strcmp(call, "socket")) report(socket(AF_INET, SOCK_STREAM, 0));
  for (int i = 0; i < 2 && !strcmp(call, "resolve"); ++i)
    printf("%d\n", getaddrinfo(i == 0 ? "127.0.0.1" : "a.test", "80", NULL, &list));
  if (!strcmp(call, "connect")) {
    const int door = listener(&address), first = socket(AF_INET, SOCK_STREAM, 0);
    must(listen(door, 5) == 0, "listen");
    for (int i = 0; i < 2; ++i) report(connect(first, (struct sockaddr*)&address, sizeof address));
    report(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr*)&address, sizeof address));
  }
  if (!strcmp(call, "fork")) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    report(child);
  }
  if (!strcmp(call, "close")) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    report(close(fd));
    must(fcntl(fd, F_GETFD) < 0 && errno == EBADF, "really closed");
  }
  if (!strcmp(call, "accept")) {
    const int door = listener(&address), client = socket(AF_INET, SOCK_STREAM, 0);
    must(listen(door, 5) == 0 && connect(client, (struct sockaddr*)&address, sizeof address) == 0, "connect");
    report(accept(door, NULL, NULL));
    fcntl(door, F_SETFL, O_NONBLOCK);
    report(accept(door, NULL, NULL) >= 0 ? 0 : -1);
  }
}

static void overflow_command(const char* size) {
  int ends[2];
  char data[16];
  connection(ends, 0);
  send_amount(ends[0]);
  printf("%zd\n", recv(ends[1], data, (size_t)atoi(size), 0));
}

static void cost_command(void) {
  int ends[2];
  char data[64] = "";
  struct timespec a, b;
  connection(ends, 0);
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (int i = 0; i < 200000; ++i) must(send(ends[0], data, 64, 0) == 64 && recv(ends[1], data, 64, 0) == 64, "pair");
  clock_gettime(CLOCK_MONOTONIC, &b);
  printf("%.3f\n", ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / 200000);
}

int main(int count, char** arguments) {
  self = arguments[0];
  alarm(60);
  const char* command = count > 1 ? arguments[1] : "";
  const char* a = count > 2 ? arguments[2] : "";
  const char* b = count > 3 ? arguments[3] : "";
  if (!strcmp(command, "receive")) receive_command(a);
  else if (!strcmp(command, "send")) send_command(a, b);
  else if (!strcmp(command, "condition")) condition_command(a);
  else if (!strcmp(command, "edge")) edge_command(a);
  else if (!strcmp(command, "interrupt")) interrupt_command(a, b);
  else if (!strcmp(command, "connect")) connect_command(a);
  else if (!strcmp(command, "partial")) partial_command(a);
  else if (!strcmp(command, "threads")) threads_command();
  else if (!strcmp(command, "fork")) fork_command();
  else if (!strcmp(command, "start")) start_command(a);
  else if (!strcmp(command, "inherit")) inherit_command();
  else if (!strcmp(command, "from-stdin")) receive_all("read", 0);
  else if (!strcmp(command, "close-all")) close_all_command(a);
  else if (!strcmp(command, "setup")) setup_command();
  else if (!strcmp(command, "fail")) fail_command(a);
  else if (!strcmp(command, "overflow")) overflow_command(a);
  else if (!strcmp(command, "cost")) cost_command();
  else must(0, "which command");
  return 0;
}
