// Students write: for (;;) { fd = accept(...); serve(fd); close(fd); }
// Why it is wrong: while one client is being served, all others wait for it to finish, or to say anything
// at all.
// What happens: one silent client stops the service.

#include "server.hpp"

int main(int count, char** arguments) {
  return sockrig::run_server(count, arguments, {.dispatch = sockrig::serve_and_close});
}
