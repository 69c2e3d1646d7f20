// Students write: a socket class that throws on every error, and nobody who catches in the thread of a connection.
// Why it is wrong: an exception that leaves a thread ends the whole program (std::terminate).
// What happens: one client's reset ends the server for all.
#include <system_error>

#include "server.hpp"

using namespace sockrig;

namespace {

ssize_t receive_or_throw(int fd, char* buffer, size_t size) {
  const ssize_t n = receive_some(fd, buffer, size);
  if (n == -1) throw std::system_error(errno, std::generic_category(), "recv");
  return n;
}

void serve_in_careless_thread(const Server& server, int connection) {
  std::thread([server, connection]() noexcept { serve_and_close(server, connection); }).detach();
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.dispatch = serve_in_careless_thread, .receive = receive_or_throw});
}
