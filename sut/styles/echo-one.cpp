// Serves one connection, then ends: the listener is closed as soon as it has done its duty.
#include "echo.hpp"

using namespace sockrig;

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  const int connection = accept_next(listener);
  close(listener);
  echo(connection);
  close(connection);
  return 0;
}
