// Programs that hang, each in its own way: hangs HOST PORT HOW. Some wait for ever, some with timeouts.
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address_of(char** arguments) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)atoi(arguments[2]));
  inet_pton(AF_INET, arguments[1], &address.sin_addr);
  return address;
}

static int listening(char** arguments) {
  const int one = 1, door = socket(AF_INET, SOCK_STREAM, 0);
  const struct sockaddr_in address = address_of(arguments);
  setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(door, (const struct sockaddr*)&address, sizeof address) != 0 || listen(door, 20) != 0) _exit(1);
  return door;
}

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const char* how = arguments[3];
  if (!strcmp(how, "never-listens")) {
    for (;;) pause();
  } else if (!strcmp(how, "never-listens-sleeps")) {
    for (;;) sleep(1000);
  } else if (!strcmp(how, "never-accepts")) {
    listening(arguments);
    for (;;) pause();
  } else if (!strcmp(how, "never-answers")) {
    for (const int door = listening(arguments);;) accept(door, NULL, NULL);
  } else if (!strcmp(how, "never-answers-polls")) {
    struct pollfd one = {listening(arguments), POLLIN, 0};
    for (;;) {
      if (poll(&one, 1, 100) == 1) accept(one.fd, NULL, NULL);
    }
  } else {  // a client: it connects and then neither reads nor sends
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in address = address_of(arguments);
    if (connect(fd, (const struct sockaddr*)&address, sizeof address) != 0) return 1;
    for (;;) pause();
  }
}
