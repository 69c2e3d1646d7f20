// A program with several connections: it receives ten bytes at a time and prints how many each call brought. Both ends
// of each connection are its own, the connecting one first: 1 and 2, then 3 and 4.
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "probe.h"

enum { calls = 5, size = 10 };

static char* self;
static int first[2], second[2];
static int got[2][calls];

// All that will be received is there, and more, so that a short count is nobody's but the shim's.
static void connect_both(void) {
  char data[calls * size * 2];
  memset(data, 'x', sizeof data);
  connection(first, 0);
  connection(second, 0);
  must(send(first[0], data, sizeof data, 0) == sizeof data, "send");
  must(send(second[0], data, sizeof data, 0) == sizeof data, "send");
  wait_for_input(first[1], sizeof data);
  wait_for_input(second[1], sizeof data);
}

static int receive(int fd, int flags) {
  char data[size];
  const ssize_t n = recv(fd, data, sizeof data, flags);
  must(n > 0, "recv");
  return (int)n;
}

static void print_counts(const int counts[calls]) {
  for (int i = 0; i < calls; ++i) printf("%d%s", counts[i], i + 1 < calls ? " " : "\n");
}

// `third`: the flags of the third receive on the second connection.
static void in_turn(int third) {
  connect_both();
  for (int i = 0; i < calls; ++i) {
    got[0][i] = receive(first[1], 0);
    got[1][i] = receive(second[1], i == 2 ? third : 0);
  }
  print_counts(got[0]);
  print_counts(got[1]);
}

static void* reader(void* which) {
  const int number = *(const int*)which;
  for (int i = 0; i < calls; ++i) got[number][i] = receive(number == 0 ? first[1] : second[1], 0);
  return NULL;
}

static void in_threads(void) {
  pthread_t threads[2];
  int numbers[2] = {0, 1};
  connect_both();
  for (int i = 0; i < 2; ++i) must(pthread_create(&threads[i], NULL, reader, &numbers[i]) == 0, "pthread_create");
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  print_counts(got[0]);
  print_counts(got[1]);
}

// The child goes on with the second connection, and makes one of its own: 5 and 6.
static void in_a_child(void) {
  connect_both();
  for (int i = 0; i < 2; ++i) got[1][i] = receive(second[1], 0);
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 2; i < calls; ++i) got[1][i] = receive(second[1], 0);
    print_counts(got[1]);
    connection(first, 0);
    must(send(first[0], "0123456789", size, 0) == size, "send");
    wait_for_input(first[1], size);
    printf("%d\n", receive(first[1], 0));
    fflush(stdout);
    _exit(0);
  }
  int status = -1;
  must(waitpid(child, &status, 0) == child && status == 0, "child");
}

static void through_copies(void) {
  connect_both();
  printf("%d ", receive(second[1], 0));
  printf("%d ", receive(dup(second[1]), 0));
  fflush(stdout);
  must(dup2(second[1], 0) == 0, "dup2");
  execl(self, self, "rest", (char*)NULL);
}

static void rest(void) {
  for (int i = 2; i < calls; ++i) printf("%d ", receive(0, 0));
  printf("\n");
}

static void made_unseen(void) {
  struct sockaddr_in address;
  const int door = listener(&address), client = socket(AF_INET, SOCK_STREAM, 0);
  must(listen(door, 5) == 0, "listen");
  must(syscall(SYS_connect, client, &address, sizeof address) == 0, "connect");
  const int accepted = (int)syscall(SYS_accept, door, NULL, NULL);
  must(send(client, "0123456789012345678901234567890123456789", 40, 0) == 40, "send");
  wait_for_input(accepted, 40);
  for (int i = 0; i < 3; ++i) printf("%d ", receive(accepted, 0));
  printf("\n");
}

static void tell(int fd) {
  printf("%s ", fd >= 0 ? "ok" : strerrorname_np(errno));
}

static void try_to_connect(const struct sockaddr_in* address) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  must(fd >= 0, "socket");
  tell(connect(fd, (const struct sockaddr*)address, sizeof *address));
}

// The first attempt finds nobody there; so the number 1 is the second one's.
static void attempts(void) {
  struct sockaddr_in address, nobody;
  const int door = listener(&address), closed = listener(&nobody);
  must(listen(door, 5) == 0 && fcntl(door, F_SETFL, O_NONBLOCK) == 0, "listen");
  try_to_connect(&nobody);
  try_to_connect(&address);
  try_to_connect(&address);
  close(closed);
  for (int i = 0; i < 3; ++i) tell(accept(door, NULL, NULL));
  printf("\n");
}

int main(int count, char** arguments) {
  const char* how = count > 1 ? arguments[1] : "";
  self = arguments[0];
  if (!strcmp(how, "in-turn"))
    in_turn(0);
  else if (!strcmp(how, "peek"))
    in_turn(MSG_PEEK);
  else if (!strcmp(how, "threads"))
    in_threads();
  else if (!strcmp(how, "child"))
    in_a_child();
  else if (!strcmp(how, "copies"))
    through_copies();
  else if (!strcmp(how, "rest"))
    rest();
  else if (!strcmp(how, "unseen"))
    made_unseen();
  else if (!strcmp(how, "attempts"))
    attempts();
  else
    must(0, "how");
  fflush(stdout);
  return 0;
}
