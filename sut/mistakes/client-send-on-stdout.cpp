// Students write: send(STDOUT_FILENO, buffer, n, 0), as they do on the connection.
// Why it is wrong: send() works on sockets only (send(2): ENOTSOCK), and standard output is seldom one.
// What happens: nothing is printed, neither at a terminal nor into a pipe or a file.

#include "client.hpp"

using namespace sockrig;

namespace {

bool send_to_output(const char* data, size_t size) {
  return send_with_signal(STDOUT_FILENO, data, size);
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.write = send_to_output});
}
