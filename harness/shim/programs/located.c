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

// Tells the line on which it stands together with the call: two statements would come onto two lines.
#define TOLD(name, call) (printf(name " %d\n", __LINE__), (call))

int main(void) {
  char byte = 'x';
  connect_both();
  ssize_t n = TOLD("send", send(client, &byte, 1, MSG_NOSIGNAL));
  n += TOLD("recv", recv(server, &byte, 1, 0));
  n += TOLD("write", write(server, &byte, 1));
  n += TOLD("read", read(client, &byte, 1));
  n += TOLD("shutdown", shutdown(client, SHUT_WR));
  n += TOLD("close", close(client));
  return n == 4 ? 0 : 1;
}
