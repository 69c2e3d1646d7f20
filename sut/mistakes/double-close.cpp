// Students write: close(fd) at the end of the conversation, and again in a destructor or at the end of the
// thread.
// Why it is wrong: between the two calls another thread may be given the same number.
// What happens: once in a while a client loses the connection that another client's thread closed.

#include "server.hpp"

using namespace sockrig;

namespace {

int close_twice(int fd) {
  close(fd);
  return close(fd);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.close = close_twice});
}
