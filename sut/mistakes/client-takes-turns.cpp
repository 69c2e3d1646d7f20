// Students write: while (fgets(...)) { send(...); recv(...); puts(...); }
// Why it is wrong: a stream has no questions and answers: one receive is not the answer to one send.
// What happens: whoever speaks first, later, or in more than one part is not heard.

#include "client.hpp"

using namespace sockrig;

namespace {

int take_turns(const Client& client, int fd) {
  char buffer[buffer_size];
  ssize_t n;
  while ((n = read_input(buffer, sizeof buffer)) > 0) {
    if (!client.send(fd, buffer, static_cast<size_t>(n))) return failed("send");
    if ((n = receive_some(fd, buffer, sizeof buffer)) == -1) return failed("receive");
    if (!write_output(buffer, static_cast<size_t>(n))) return failed("stdout");
  }
  client.at_end_of_input(fd);
  return print_answers(fd) ? 0 : failed("receive");
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = take_turns});
}
