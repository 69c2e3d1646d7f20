// A client with one thread: poll() over stdin, stdout and a non-blocking connection.
#include <algorithm>
#include <array>
#include <climits>

#include "common.hpp"

using namespace sockrig;

namespace {

// Bytes on their way from one descriptor to another. Only a socket is made non-blocking: stdin and stdout
// are shared with whoever started us, and poll() says when one read or one small write will not wait.
struct Direction {
  int from, to;
  std::array<char, buffer_size> buffer{};
  size_t begin = 0, end = 0;
  bool ended = false, finished = false;

  bool owes() const { return begin < end; }

  void receive() {
    const ssize_t n = read(from, buffer.data(), buffer.size());
    if (n == -1 && would_block()) return;
    if (n == -1) die("receive");
    begin = 0;
    end = static_cast<size_t>(n);
    ended = n == 0;
  }

  void send() {
    const size_t size = std::min<size_t>(end - begin, PIPE_BUF);
    const ssize_t n = write(to, buffer.data() + begin, size);
    if (n == -1 && would_block()) return;
    if (n == -1) die("send");
    begin += static_cast<size_t>(n);
  }
};

pollfd input_of(const Direction& d) {
  const bool wanted = !d.ended && !d.owes();
  return {.fd = wanted ? d.from : -1, .events = POLLIN, .revents = 0};
}

pollfd output_of(const Direction& d) {
  return {.fd = d.owes() ? d.to : -1, .events = POLLOUT, .revents = 0};
}

// A server that ends its direction may be listening on, or gone: the connection itself says which.
void check_connection(int fd, const pollfd& connection) {
  if ((connection.revents & (POLLERR | POLLHUP)) == 0) return;
  socklen_t size = sizeof errno;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &size);
  if (errno == 0) errno = EPIPE;
  die("connection");
}

}  // namespace

int main(int count, char** arguments) {
  const int fd = connect_to_server(count, arguments);
  make_non_blocking(fd);
  Direction up{.from = STDIN_FILENO, .to = fd}, down{.from = fd, .to = STDOUT_FILENO};
  while (!up.finished || !down.finished) {
    const bool only_sending = down.ended && !up.finished;
    pollfd waiting[] = {input_of(up),
                        output_of(up),
                        input_of(down),
                        output_of(down),
                        {.fd = only_sending ? fd : -1, .events = 0, .revents = 0}};
    if (poll(waiting, 5, -1) == -1) continue;
    if (waiting[0].revents) up.receive();
    if (waiting[2].revents) down.receive();
    if (waiting[3].revents) down.send();
    if (waiting[1].revents && !(waiting[1].revents & POLLERR)) up.send();
    check_connection(fd, waiting[4]);
    if (up.ended && !up.owes() && !up.finished) {
      up.finished = true;
      shutdown(fd, SHUT_WR);
    }
    down.finished = down.ended && !down.owes();
  }
  return 0;
}
