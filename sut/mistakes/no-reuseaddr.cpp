// Students write: socket(), bind(), listen(), and nothing between.
// Why it is wrong: connections of the last run wait in TIME_WAIT on the port, and bind() refuses it (RFC
// 9293, 3.6.1).
// What happens: the server cannot be started again for a minute: "Address already in use".

#include "server.hpp"

int main(int count, char** arguments) {
  return sockrig::run_server(count, arguments, {.bind = ::bind});
}
