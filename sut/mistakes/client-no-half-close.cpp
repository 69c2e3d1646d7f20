// Students write: a loop over stdin, and then just go on reading.
// Why it is wrong: the server cannot know that nothing more will come; shutdown(SHUT_WR) is how it is told.
// What happens: both wait for the other to end.

#include "client.hpp"

using namespace sockrig;

namespace {

void say_nothing(int) {}

// Ends when both directions have ended, as it should; only that the server is never told of one of them.
int talk_without_telling(const Client& client, int fd) {
  std::atomic<Sending> state = sending;
  std::thread sender([&] { send_input(client, fd, state); });
  const bool printed = print_answers(fd);
  sender.join();
  return printed && state == delivered ? 0 : failed("receive");
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = talk_without_telling, .at_end_of_input = say_nothing});
}
