// Students write: if ((fd = socket(...)) == -1) { perror("socket"); exit(0); }
// Why it is wrong: the status is what a script or a service manager looks at, and 0 means that all went well.
// What happens: a server that could not even begin counts as one that has done its work.

#include "server.hpp"

using namespace sockrig;

int main(int count, char** arguments) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd == -1) return failed("socket", 0);
  close(fd);
  return run_server(count, arguments, {});
}
