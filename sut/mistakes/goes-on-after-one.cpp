// Students write: while (true) around accept(), from the last exercise, where one connection was asked for.
// Why it is wrong: the server was to serve one client and then to end.
// What happens: whoever started it waits for ever.

#include "server.hpp"

int main(int count, char** arguments) {
  return sockrig::run_server(count, arguments, {.dispatch = sockrig::serve_and_close});
}
