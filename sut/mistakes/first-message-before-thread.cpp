// Students write: fd = accept(…); n = recv(fd, name, …); and only then start the thread, to which the name is given.
// Why it is wrong: a client says something when it likes. Whoever accepts must not wait for one of them.
// What happens: one client that connects and says nothing keeps all the others out.

#include "server.hpp"

using namespace sockrig;

namespace {

void serve_with_first(const Server& server, int connection, const std::string& first) {
  if (server.send(connection, first.data(), first.size())) server.serve(server, connection);
  server.close(connection);
}

void receive_first(const Server& server, int connection) {
  char buffer[buffer_size];
  const ssize_t n = server.receive(connection, buffer, sizeof buffer);
  if (n <= 0) return void(server.close(connection));
  const std::string first(buffer, static_cast<size_t>(n));
  try {
    std::thread([=] { serve_with_first(server, connection, first); }).detach();
  } catch (const std::system_error&) {
    server.close(connection);
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = receive_first});
}
