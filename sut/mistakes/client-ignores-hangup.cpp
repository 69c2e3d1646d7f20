// Students write: if (fds[0].revents & POLLIN) n = read(0, …);, and look for nothing else.
// Why it is wrong: at the end of a pipe there is nothing to read, and poll() says POLLHUP without POLLIN (poll(2)).
// What happens: with a terminal or a file all is well; behind a pipe the end of the input is never seen, and poll()
// returns again at once, for ever.

#include "client.hpp"

using namespace sockrig;

namespace {

ssize_t read_when_readable(char* buffer, size_t size) {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  do poll(&input, 1, -1);
  while ((input.revents & POLLIN) == 0);
  return read_input(buffer, size);
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.read = read_when_readable});
}
