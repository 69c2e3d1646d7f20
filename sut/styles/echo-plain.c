// As little C11 as an echo server takes: a process for each client, recv() and send(). The kernel reaps the children;
// SIGPIPE is left as it is, for it ends only the process whose client is gone.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_listener(const char* host, const char* port) {
  const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo* address;
  const int code = getaddrinfo(host, port, &hints, &address);
  if (code != 0) {
    fprintf(stderr, "%s: %s\n", host, gai_strerror(code));
    return -1;
  }
  const int listener = socket(address->ai_family, address->ai_socktype, address->ai_protocol), yes = 1;
  if (listener == -1 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == -1 ||
      bind(listener, address->ai_addr, address->ai_addrlen) == -1 || listen(listener, SOMAXCONN) == -1) {
    perror(port);
    return -1;
  }
  freeaddrinfo(address);
  return listener;
}

static void echo(int connection) {
  char buffer[4096];
  for (;;) {
    const ssize_t count = recv(connection, buffer, sizeof buffer, 0);
    if (count == -1 && errno == EINTR) continue;
    if (count <= 0) return;
    for (ssize_t sent = 0; sent < count;) {
      const ssize_t part = send(connection, buffer + sent, (size_t)(count - sent), 0);
      if (part == -1 && errno != EINTR) return;
      if (part > 0) sent += part;
    }
  }
}

int main(int count, char** arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: %s HOST PORT\n", arguments[0]);
    return 2;
  }
  const int listener = open_listener(arguments[1], arguments[2]);
  if (listener == -1) return 1;
  signal(SIGCHLD, SIG_IGN);
  for (;;) {
    const int connection = accept(listener, NULL, NULL);
    if (connection == -1) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) sleep(1);
      continue;
    }
    switch (fork()) {
      case 0:
        close(listener);
        echo(connection);
        return 0;
      case -1:
        perror("fork");
        break;
    }
    close(connection);
  }
}
