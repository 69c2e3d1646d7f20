// Students write: buffer[n] = '\0'; and then send(fd, buffer, strlen(buffer) + 1, 0), or send(fd, buffer, n + 1, 0).
// Why it is wrong: the NUL belongs to the string in memory, not to the data; nobody asked for it on the connection.
// What happens: after every part that was received comes a zero byte more, which a terminal does not show.

#include <string>

#include "server.hpp"

using namespace sockrig;

namespace {

bool send_terminated(int fd, const char* data, size_t size) {
  const std::string text(data, size);
  return send_all(fd, text.c_str(), text.size() + 1);
}

}  // namespace

int main(int count, char** arguments) {
  return run_server(count, arguments, {.send = send_terminated});
}
