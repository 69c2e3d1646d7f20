// Students write: size_t done; once, and use it for what was sent and for what was printed.
// Why it is wrong: between two parts of a short send an answer may come, and printing it moves the position.
// What happens: all is right while each send takes everything; then parts of the input are lost, or sent twice.

#include "client.hpp"

using namespace sockrig;

namespace {

size_t length = 0;  // of the input that is being sent
size_t done = 0;    // of it was sent; or of an answer was printed

bool print(const char* data, size_t size) {
  for (done = 0; done < size;) {
    const ssize_t n = write(STDOUT_FILENO, data + done, size - done);
    if (n == -1 && errno != EINTR) return false;
    if (n > 0) done += static_cast<size_t>(n);
  }
  return true;
}

// False after an error. It does not wait: there is room.
bool send_rest(int fd, const char* input) {
  if (done < length) {
    const ssize_t n = send(fd, input + done, length - done, MSG_NOSIGNAL);
    if (n == -1 && errno != EINTR) return false;
    if (n > 0) done += static_cast<size_t>(n);
  }
  if (done >= length) length = 0;
  return true;
}

int talk_in_one_loop(const Client& client, int fd) {
  char input[buffer_size], answer[buffer_size];
  bool input_waits = false, sending = true, receiving = true;
  while (sending || receiving) {
    const bool to_send = input_waits || length > 0;
    const short events = static_cast<short>((receiving ? POLLIN : 0) | (to_send ? POLLOUT : 0));
    pollfd ready[] = {{.fd = sending && !to_send ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0},
                      {.fd = fd, .events = events, .revents = 0}};
    if (poll(ready, 2, -1) == -1) continue;
    if (ready[0].revents != 0) input_waits = true;
    if (ready[1].revents & POLLERR && !receiving) return failed("connection");
    if (ready[1].revents & POLLOUT) {
      if (input_waits) {
        const ssize_t n = client.read(input, sizeof input);
        sending = n > 0, input_waits = false;
        length = sending ? static_cast<size_t>(n) : 0, done = 0;
        if (!sending) client.at_end_of_input(fd);
      }
      if (!send_rest(fd, input)) return failed("send");
    }
    if (receiving && ready[1].revents & (POLLIN | POLLHUP | POLLERR)) {
      const ssize_t n = receive_some(fd, answer, sizeof answer);
      if (n == -1) return failed("receive");
      if (n > 0 && !print(answer, static_cast<size_t>(n))) return failed("write");
      receiving = n > 0;
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  return run_client(count, arguments, {.talk = talk_in_one_loop});
}
