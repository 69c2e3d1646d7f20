// Students write: shutdown(fd, SHUT_RDWR) at the end of a connection, and leave it at that.
// Why it is wrong: shutdown() ends the conversation, close() gives the descriptor back; the first does not
// do the second.
// What happens: one descriptor is lost per client, until accept() fails with EMFILE.

#include "server.hpp"

using namespace sockrig;

namespace {

int shut_down(int fd) {
  return shutdown(fd, SHUT_RDWR);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.close = shut_down});
}
