// Students write: a loop over stdin, and then close(fd) and exit(0).
// Why it is wrong: our direction has ended, the other one has not: the answer is still on its way.
// What happens: the last part of the answer is missing, and the server sees a reset.

#include "client.hpp"

using namespace sockrig;

namespace {

void leave(int) {
  _exit(0);
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.at_end_of_input = leave});
}
