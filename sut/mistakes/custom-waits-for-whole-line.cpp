// Students write: for each descriptor that poll() reports: read_line(fd, …), which receives until it has a whole line.
// Why it is wrong: that something can be received does not say that a whole line can. The rest may come later, or
// never. What happens: one client that stops in the middle of a line holds up all the others.

#include <map>
#include <vector>

#include "lines.hpp"

using namespace sockrig;

namespace {

// False where the connection is over.
bool serve_one_line(const Server& server, int connection, LineBuffer& buffer) {
  while (buffer.first_end() == nullptr)
    if (buffer.is_full() || buffer.receive(server, connection) <= 0) return false;
  while (const char* end = buffer.first_end())
    if (!answer_line(server, connection, buffer.take(end))) return false;
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return usage(arguments[0]);
  catch_signals();
  const Server server;
  const int listener = open_listener(server, arguments[1], arguments[2]);
  if (listener == -1) return 1;
  std::map<int, LineBuffer> clients;
  for (;;) {
    std::vector<pollfd> waiting = {{.fd = listener, .events = POLLIN, .revents = 0}};
    for (const auto& [fd, buffer] : clients) waiting.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    if (poll(waiting.data(), waiting.size(), -1) == -1) continue;
    for (size_t i = 1; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0 || serve_one_line(server, waiting[i].fd, clients[waiting[i].fd])) continue;
      close(waiting[i].fd);
      clients.erase(waiting[i].fd);
    }
    if (waiting[0].revents != 0) clients[server.accept(listener)];
  }
}
