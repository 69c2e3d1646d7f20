// Students write: if (recv(...) == 0) exit(0).
// Why it is wrong: the server has said all it had to say, but may still be listening.
// What happens: the rest of stdin is dropped, and the program says that all went well.

#include "client.hpp"

using namespace sockrig;

namespace {

int read_and_leave(const Client& client, int fd) {
  static std::atomic<Sending> state = sending;
  std::thread([client, fd] { send_input(client, fd, state); }).detach();
  return print_answers(fd) && state != broken ? 0 : failed("receive");
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = read_and_leave});
}
