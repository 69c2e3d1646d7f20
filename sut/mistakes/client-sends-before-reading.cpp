// Students write: the loop over stdin first, and then the loop over the connection.
// Why it is wrong: a server that answers while we send cannot get rid of its answer, stops reading, and we
// stop sending.
// What happens: both wait for ever as soon as there is more than the kernel holds.

#include "client.hpp"

using namespace sockrig;

namespace {

int send_then_read(const Client& client, int fd) {
  std::atomic<Sending> state = sending;
  send_input(client, fd, state);
  if (!print_answers(fd)) return failed("receive");
  errno = EPIPE;
  return state == delivered ? 0 : failed("send");
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = send_then_read});
}
