// Students write: send(fd, buffer, n, 0), or write().
// Why it is wrong: writing to a connection that the peer has given up raises SIGPIPE, which kills (send(2),
// EPIPE).
// What happens: the client disappears without a message.

#include "client.hpp"

using namespace sockrig;

namespace {

// Leaves it to the next send to find out that the server is gone.
int talk_until_sent(const Client& client, int fd) {
  signal(SIGPIPE, SIG_DFL);
  std::atomic<Sending> state = sending;
  std::thread sender([&] { send_input(client, fd, state); });
  const bool received = print_answers(fd);
  if (!received) _exit(failed("receive"));  // The sender may be waiting for input.
  sender.join();
  errno = EPIPE;
  return state == delivered ? 0 : failed("send");
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = talk_until_sent, .send = send_with_signal});
}
