// Students write: char buffers[CLIENTS][SIZE]; and recv(fd, buffers[i], sizeof buffers, 0).
// Why it is wrong: that is the size of all the buffers. A long message goes on in the buffer of the next client.
// What happens: nothing, as long as messages are short or clients alone; when long ones come together, each gets
// something of what the other said.

#include <fcntl.h>

#include <vector>

#include "server.hpp"

using namespace sockrig;

namespace {

constexpr size_t most_clients = 256;

char buffers[most_clients][16384];

struct Client {
  int fd = -1;  // -1: the place is free
  size_t have = 0, sent = 0;
} clients[most_clients];

// What came is sent when the client can take it.
void receive(size_t i) {
  Client& client = clients[i];
  const ssize_t n = recv(client.fd, buffers[i], sizeof buffers, MSG_DONTWAIT);
  if (n > 0) client.have = static_cast<size_t>(n);
  if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) close(client.fd), client = {};
}

void send_back(size_t i) {
  Client& client = clients[i];
  const char* rest = buffers[i] + client.sent;
  const ssize_t n = send(client.fd, rest, client.have - client.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n == -1 && errno != EAGAIN && errno != EINTR) close(client.fd), client = {};
  if (n > 0) client.sent += static_cast<size_t>(n);
  if (client.sent == client.have) client.sent = client.have = 0;
}

void accept_client(int listener) {
  const int fd = accept(listener, nullptr, nullptr);
  if (fd == -1 && is_shortage(errno)) poll(nullptr, 0, 50);
  if (fd == -1) return;
  for (Client& client : clients)
    if (client.fd == -1) return void(client.fd = fd);
  close(fd);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return usage(arguments[0]);
  catch_signals();
  const int listener = open_listener({}, arguments[1], arguments[2]);
  if (listener == -1) return 1;
  fcntl(listener, F_SETFL, O_NONBLOCK);
  for (;;) {
    pollfd waiting[most_clients + 1];
    for (size_t i = 0; i < most_clients; ++i) {
      const short events = clients[i].have == 0 ? POLLIN : POLLOUT;
      waiting[i] = {.fd = clients[i].fd, .events = events, .revents = 0};
    }
    waiting[most_clients] = {.fd = listener, .events = POLLIN, .revents = 0};
    if (poll(waiting, most_clients + 1, -1) == -1) continue;
    for (size_t i = 0; i < most_clients; ++i)
      if (waiting[i].revents != 0) clients[i].have == 0 ? receive(i) : send_back(i);
    if (waiting[most_clients].revents != 0) accept_client(listener);
  }
}
