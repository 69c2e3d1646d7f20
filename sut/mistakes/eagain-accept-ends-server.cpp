// Students write: if ((fd = accept(...)) == -1) { perror("accept"); exit(1); }, after poll() said that somebody is
// there. Why it is wrong: who was announced may be gone before accept() is called, which then says EAGAIN. What
// happens: one client that changes its mind at the wrong moment ends the service for all.

#include "poll_server.hpp"

using namespace sockrig;

namespace {

void accept_or_exit(int listener, std::vector<Connection>& connections) {
  const int fd = accept(listener, nullptr, nullptr);
  if (fd == -1 && errno == EAGAIN) _exit(failed("accept"));
  if (fd == -1 && is_shortage(errno)) poll(nullptr, 0, 50);
  if (fd != -1) connections.push_back({.fd = fd, .owed = {}});
}

}  // namespace

int main(int count, char** arguments) {
  return run_poll_server(count, arguments, {.accept = accept_or_exit});
}
