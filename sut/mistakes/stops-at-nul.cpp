// Students write: buffer[n] = 0; send(fd, buffer, strlen(buffer), 0).
// Why it is wrong: a stream carries any bytes, the zero byte among them.
// What happens: text arrives, but of binary data everything from a zero byte to the end of the buffer is
// lost.

#include <cstring>

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_string(int fd, const char* data, size_t size) {
  return send_all(fd, data, strnlen(data, size));
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_string});
}
