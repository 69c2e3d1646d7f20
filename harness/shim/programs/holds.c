// Sends, each in its own way, that a fault may hold: holds HOW. It prints what it was told and knows nothing of the
// shim.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

enum { amount = 1000 };

static char data[amount];
static int ends[2], other[2];
static volatile sig_atomic_t signals;

static void count(int signal) {
  (void)signal;
  ++signals;
}

static void send_all(int fd) {
  must(send(fd, data, amount, 0) == amount, "send");
}

static void send_in_handler(int signal) {
  count(signal);
  send_all(ends[0]);
}

static void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  must(sigaction(signal, &action, NULL) == 0, "sigaction");
}

// Talks while the other thread may be held.
static void* talk(void* unused) {
  char back[amount];
  for (int i = 0; i < 10; ++i) {
    must(write(other[0], data, 1) == 1, "write");
    must(recv(other[1], back, 1, MSG_WAITALL) == 1, "recv");
  }
  return unused;
}

int main(int argc, char** arguments) {
  alarm(60);
  must(argc == 2, "how");
  const char* how = arguments[1];
  connection(ends, 0);
  handle(SIGUSR1, count);
  errno = 7;
  if (!strcmp(how, "plain")) {
    const ssize_t sent = send(ends[0], data, amount, 0);
    printf("%zd errno %d signals %d\n", sent, errno, (int)signals);
  } else if (!strcmp(how, "dead")) {
    signal(SIGPIPE, SIG_IGN);
    const struct linger at_once = {1, 0};
    must(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0, "SO_LINGER");
    must(shutdown(ends[1], SHUT_WR) == 0 && close(ends[1]) == 0, "reset");
    const ssize_t sent = send(ends[0], data, amount, 0);
    printf("%zd %s\n", sent, errno == EPIPE ? "EPIPE" : "?");
  } else if (!strcmp(how, "handler")) {
    handle(SIGUSR1, send_in_handler);
    must(raise(SIGUSR1) == 0, "raise");
    printf("handled\n");
  } else if (!strcmp(how, "blocked")) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);  // nobody catches it
    must(sigprocmask(SIG_BLOCK, &one, NULL) == 0, "sigprocmask");
    send_all(ends[0]);
    printf("sent\n");
  } else if (!strcmp(how, "thread")) {
    pthread_t talker;
    connection(other, 0);
    must(pthread_create(&talker, NULL, talk, NULL) == 0, "pthread_create");
    send_all(ends[0]);
    must(pthread_join(talker, NULL) == 0, "pthread_join");
    printf("both\n");
  } else if (!strcmp(how, "fork")) {
    const pid_t child = fork();
    send_all(ends[0]);
    if (child == 0) _exit(0);
    must(waitpid(child, NULL, 0) == child, "waitpid");
    wait_for_input(ends[1], 2 * amount);
    printf("both\n");
  } else if (!strcmp(how, "vfork")) {
    const pid_t child = vfork();
    if (child == 0) {
      send(ends[0], data, amount, 0);
      _exit(0);
    }
    wait_for_input(ends[1], amount);
    printf("the child sent\n");
  } else {
    must(0, "how");
  }
  return 0;
}
