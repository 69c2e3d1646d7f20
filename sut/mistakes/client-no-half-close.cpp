// Students write: a loop over stdin, and then just go on reading.
// Why it is wrong: the server cannot know that nothing more will come; shutdown(SHUT_WR) is how it is told.
// What happens: both wait for the other to end.

#include "client.hpp"

using namespace sockrig;

namespace {

void say_nothing(int) {}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.at_end_of_input = say_nothing});
}
