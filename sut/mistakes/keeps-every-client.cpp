// Students write: clients.push_back(client), and nothing that takes it out again.
// Why it is wrong: a client that has gone is of no use, and its buffer is still there.
// What happens: the server grows with each client.

#include <array>
#include <list>

#include "server.hpp"

using namespace sockrig;

namespace {

struct Client {
  int fd;
  std::array<char, buffer_size> buffer{};
};

void echo_from(const Server& server, Client& client) {
  ssize_t n;
  while ((n = server.receive(client.fd, client.buffer.data(), client.buffer.size())) > 0)
    if (!server.send(client.fd, client.buffer.data(), static_cast<size_t>(n))) break;
  server.close(client.fd);
}

void remember_and_serve(const Server& server, int connection) {
  static std::list<Client> clients;
  Client& client = clients.emplace_back(Client{.fd = connection});
  try {
    std::thread([server, &client] { echo_from(server, client); }).detach();
  } catch (const std::system_error&) {
    server.close(connection);
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = remember_and_serve});
}
