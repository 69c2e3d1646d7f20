// An echo server (HOST PORT HOW) that is correct, and whose calls the shim does not all see: HOW says in what way. It
// serves one connection after the other. A test looks whether sockrig says so rather than trusts.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  _exit(9);
}

// By functions of the C library, all of them.
static void echo_plainly(int fd) {
  char data[4096];
  for (ssize_t got; (got = recv(fd, data, sizeof data, 0)) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    for (ssize_t at = 0; at < got;) {
      const ssize_t sent = send(fd, data + at, (size_t)(got - at), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return;
      at += sent;
    }
  }
}

// Both ways through stdio: its reads and writes stay inside the C library.
static void echo_by_stdio(int fd) {
  FILE* in = fdopen(dup(fd), "r");
  FILE* out = fdopen(dup(fd), "w");
  must(in && out, "fdopen");
  setvbuf(out, NULL, _IOFBF, 512);
  for (int c; (c = getc(in)) != EOF;) {
    putc(c, out);
    int rest = 0;  // whoever waits for the echo of a part must get it
    if (ioctl(fd, FIONREAD, &rest) == 0 && rest == 0) fflush(out);
  }
  fclose(in);
  fclose(out);
}

// The answer alone through stdio.
static void answer_by_stdio(int fd) {
  char data[4096];
  FILE* out = fdopen(dup(fd), "w");
  must(out != NULL, "fdopen");
  for (ssize_t got; (got = recv(fd, data, sizeof data, 0)) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || fwrite(data, 1, (size_t)got, out) != (size_t)got || fflush(out) != 0) break;
  }
  fclose(out);
}

// Of the answers every other one past the C library.
static void echo_every_other(int fd) {
  char data[16];
  int n = 0;
  for (ssize_t got; (got = recv(fd, data, sizeof data, 0)) > 0;) {
    for (ssize_t at = 0; at < got; ++n) {
      const size_t rest = (size_t)(got - at);
      const ssize_t sent = n % 2 == 0 ? send(fd, data + at, rest, MSG_NOSIGNAL)
                                      : syscall(SYS_sendto, fd, data + at, rest, MSG_NOSIGNAL, NULL, 0);
      if (sent < 0) return;
      at += sent;
    }
  }
}

static void echo_by_system_calls(int fd) {
  char data[4096];
  for (long got; (got = syscall(SYS_read, fd, data, sizeof data)) > 0;) {
    for (long at = 0; at < got;) {
      const long sent = syscall(SYS_sendto, fd, data + at, got - at, MSG_NOSIGNAL, NULL, 0);
      if (sent < 0) return;
      at += sent;
    }
  }
}

// A child started past the C library, with an environment in which nothing stands.
static void echo_by_child(int fd) {
  char* arguments[] = {"unseen", "-", "-", "plain", NULL};
  char* nothing[] = {NULL};
  const pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    dup2(fd, 0);
    syscall(SYS_execve, "/proc/self/exe", arguments, nothing);
    _exit(8);
  }
  waitpid(child, NULL, 0);
}

// Handed to a worker that was there before the connection was: all of it is seen.
static void pass_to_worker(int fd) {
  static int way[2] = {-1, -1};
  char byte = 0;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (way[0] < 0) {
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, way) == 0, "socketpair");
    const pid_t worker = fork();
    must(worker >= 0, "fork");
    if (worker == 0) {
      close(fd);
      while (recvmsg(way[1], &message, 0) == 1) {
        int taken = -1;
        memcpy(&taken, CMSG_DATA(&control.header), sizeof taken);
        echo_plainly(taken);
        close(taken);
        message.msg_controllen = sizeof control;
      }
      _exit(0);
    }
    close(way[1]);
  }
  control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
  memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  must(sendmsg(way[0], &message, 0) == 1, "sendmsg");
}

struct Ring {
  int fd;
  unsigned *tail, *mask, *array, *done_head, *done_tail, *done_mask;
  struct io_uring_sqe* requests;
  struct io_uring_cqe* done;
};

static struct Ring make_ring(void) {
  struct io_uring_params p;
  memset(&p, 0, sizeof p);
  struct Ring r;
  r.fd = (int)syscall(SYS_io_uring_setup, 4, &p);
  must(r.fd >= 0, "io_uring_setup");
  const size_t size = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  const size_t done_size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
  const int both = PROT_READ | PROT_WRITE;
  char* sq = mmap(NULL, size, both, MAP_SHARED, r.fd, IORING_OFF_SQ_RING);
  char* cq = mmap(NULL, done_size, both, MAP_SHARED, r.fd, IORING_OFF_CQ_RING);
  r.requests = mmap(NULL, p.sq_entries * sizeof *r.requests, both, MAP_SHARED, r.fd, IORING_OFF_SQES);
  must(sq != MAP_FAILED && cq != MAP_FAILED && r.requests != MAP_FAILED, "mmap");
  r.tail = (unsigned*)(sq + p.sq_off.tail);
  r.mask = (unsigned*)(sq + p.sq_off.ring_mask);
  r.array = (unsigned*)(sq + p.sq_off.array);
  r.done_head = (unsigned*)(cq + p.cq_off.head);
  r.done_tail = (unsigned*)(cq + p.cq_off.tail);
  r.done_mask = (unsigned*)(cq + p.cq_off.ring_mask);
  r.done = (struct io_uring_cqe*)(cq + p.cq_off.cqes);
  return r;
}

static int by_ring(struct Ring* r, int operation, int fd, void* data, size_t size) {
  const unsigned tail = *r->tail, at = tail & *r->mask;
  memset(&r->requests[at], 0, sizeof r->requests[at]);
  r->requests[at].opcode = (unsigned char)operation;
  r->requests[at].fd = fd;
  r->requests[at].addr = (unsigned long)data;
  r->requests[at].len = (unsigned)size;
  r->requests[at].msg_flags = operation == IORING_OP_SEND ? MSG_NOSIGNAL : 0;
  r->array[at] = at;
  __atomic_store_n(r->tail, tail + 1, __ATOMIC_RELEASE);
  must(syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
  must(__atomic_load_n(r->done_tail, __ATOMIC_ACQUIRE) != *r->done_head, "nothing was done");
  const int result = r->done[*r->done_head & *r->done_mask].res;
  __atomic_store_n(r->done_head, *r->done_head + 1, __ATOMIC_RELEASE);
  return result;
}

static void echo_by_ring(int fd) {
  static struct Ring ring;
  if (ring.fd == 0) ring = make_ring();
  char data[4096];
  for (int got; (got = by_ring(&ring, IORING_OP_RECV, fd, data, sizeof data)) > 0;) {
    for (int at = 0; at < got;) {
      const int sent = by_ring(&ring, IORING_OP_SEND, fd, data + at, (size_t)(got - at));
      if (sent < 0) return;
      at += sent;
    }
  }
}

int main(int count, char** arguments) {
  must(count == 4, "HOST PORT HOW");
  const char* how = arguments[3];
  signal(SIGPIPE, SIG_IGN);
  if (!strcmp(arguments[1], "-")) {
    echo_plainly(0);
    return 0;
  }
  if (!strcmp(how, "ring?")) {  // is it allowed here?
    make_ring();
    return 0;
  }
  const int one = 1, door = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)atoi(arguments[2]));
  inet_pton(AF_INET, arguments[1], &address.sin_addr);
  setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  must(bind(door, (struct sockaddr*)&address, sizeof address) == 0, "bind");
  must(listen(door, 20) == 0, "listen");
  for (;;) {
    const int fd = accept(door, NULL, NULL);
    if (fd < 0) continue;
    if (!strcmp(how, "stdio"))
      echo_by_stdio(fd);
    else if (!strcmp(how, "answer-stdio"))
      answer_by_stdio(fd);
    else if (!strcmp(how, "every-other"))
      echo_every_other(fd);
    else if (!strcmp(how, "syscall"))
      echo_by_system_calls(fd);
    else if (!strcmp(how, "child"))
      echo_by_child(fd);
    else if (!strcmp(how, "passed"))
      pass_to_worker(fd);
    else if (!strcmp(how, "ring"))
      echo_by_ring(fd);
    else
      echo_plainly(fd);
    close(fd);
  }
}
