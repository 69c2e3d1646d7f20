// Students write: while ((n = recv(...)) > 0) ...; return 0;
// Why it is wrong: -1 is an error; a reset says that the server did not finish.
// What happens: half an answer counts as a whole one.

#include "client.hpp"

using namespace sockrig;

namespace {

int talk_whatever_happens(const Client& client, int fd) {
  talk(client, fd);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = talk_whatever_happens});
}
