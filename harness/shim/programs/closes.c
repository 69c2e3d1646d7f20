// Closes 20 sockets, each once; then, as asked, three of them "twice", or "upwards" or "downwards" every number there
// may be, as daemons do.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void must(int holds, const char* what) {
  if (holds) return;
  perror(what);
  exit(1);
}

int main(int count, char** arguments) {
  const char* how = count > 1 ? arguments[1] : "once";
  int sockets[20];
  for (int i = 0; i < 20; ++i) sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
  for (int i = 0; i < 20; ++i) must(close(sockets[i]) == 0, "close");
  if (!strcmp(how, "twice"))
    for (int i = 3; i < 12; i += 4) must(close(sockets[i]) == -1 && errno == EBADF, "close again");
  if (!strcmp(how, "upwards"))
    for (int fd = 3; fd < 1000; ++fd) close(fd);
  if (!strcmp(how, "downwards"))
    for (int fd = 999; fd > 2; --fd) close(fd);
  return 0;
}
