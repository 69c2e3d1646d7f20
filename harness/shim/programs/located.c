// Prints the line of each of its calls, so that a test can compare what the shim and the debug information say.
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int listener, client, server;

static void connect_both(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  listener = socket(AF_INET, SOCK_STREAM, 0);
  bind(listener, (struct sockaddr*)&address, size);
  listen(listener, 1);
  getsockname(listener, (struct sockaddr*)&address, &size);
  client = socket(AF_INET, SOCK_STREAM, 0);
  connect(client, (struct sockaddr*)&address, size);
  server = accept(listener, NULL, NULL);
}

// A call and the print of its line stand on one line.
// clang-format off
int main(void) {
  char byte = 'x';
  connect_both();
  ssize_t n = send(client, &byte, 1, MSG_NOSIGNAL); printf("send %d\n", __LINE__);
  n += recv(server, &byte, 1, 0); printf("recv %d\n", __LINE__);
  n += write(server, &byte, 1); printf("write %d\n", __LINE__);
  n += read(client, &byte, 1); printf("read %d\n", __LINE__);
  n += shutdown(client, SHUT_WR); printf("shutdown %d\n", __LINE__);
  n += close(client); printf("close %d\n", __LINE__);
  return n == 4 ? 0 : 1;
}
