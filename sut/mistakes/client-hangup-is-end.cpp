// Students write: if (revents & POLLHUP) break;, as the first thing after poll().
// Why it is wrong: POLLHUP says that both directions have been ended, not that everything has been read (poll(2)).
// What happens: when both ends finish at the same time, the last bytes are lost.

#include "client.hpp"

using namespace sockrig;

namespace {

int connection_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

struct Outgoing {
  char buffer[buffer_size];
  ssize_t begin = 0, end = 0;
  bool ended = false;

  bool owes() const { return begin < end; }
  // False if the connection is broken.
  bool send_to(int fd) {
    const ssize_t n = send(fd, buffer + begin, static_cast<size_t>(end - begin), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) begin += n;
    return n != -1 || errno == EAGAIN || errno == EINTR;
  }
  void take_input(int fd) {
    begin = 0;
    end = read_input(buffer, sizeof buffer);
    ended = end <= 0;
    if (ended) shutdown(fd, SHUT_WR);
  }
};

int talk_until_hangup(const Client&, int fd) {
  static Outgoing out;
  bool server_ended = false;
  for (;;) {
    const short output = out.owes() ? POLLOUT : 0, input = server_ended ? 0 : POLLIN;
    pollfd waiting[] = {{.fd = out.ended || out.owes() ? -1 : STDIN_FILENO, .events = POLLIN, .revents = 0},
                        {.fd = fd, .events = static_cast<short>(input | output), .revents = 0}};
    if (poll(waiting, 2, -1) == -1) continue;
    const short events = waiting[1].revents;
    if (const int error = events & POLLERR ? connection_error(fd) : 0) return errno = error, failed("connection");
    if (events & POLLHUP) return out.ended ? 0 : (errno = EPIPE, failed("connection"));
    if (waiting[0].revents) out.take_input(fd);
    if (out.owes() && !out.send_to(fd)) return failed("send");
    if ((events & POLLIN) == 0) continue;
    char buffer[buffer_size];
    const ssize_t n = receive_some(fd, buffer, sizeof buffer);
    if (n == -1) return failed("receive");
    if (n == 0) server_ended = true;
    if (n > 0 && !write_output(buffer, static_cast<size_t>(n))) return failed("write");
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = talk_until_hangup});
}
