// One connection of an echo server that waits for many at once.
//
// Decides what is owed to a client, and when to stop taking more: memory stays bounded, because what
// does not fit into the buffer stays in the kernel, and in the end with the sender.
#pragma once

#include <array>
#include <cstring>

#include "common.hpp"

namespace sockrig {

struct Connection {
  int fd = -1;
  std::array<char, buffer_size> buffer{};
  size_t begin = 0, end = 0;  // what is owed lies between
  bool ended = false;         // the client has said all it had to say
  bool broken = false;

  bool owes() const { return begin < end; }
  bool has_room() const { return end < buffer.size(); }
  bool wants_to_read() const { return !ended && has_room(); }
  bool is_over() const { return broken || (ended && !owes()); }

  // One receive: how many bytes were there; -1 if nothing is there now (or ever).
  ssize_t receive(int flags = 0) {
    const ssize_t n = recv(fd, buffer.data() + end, buffer.size() - end, flags);
    if (n > 0) end += static_cast<size_t>(n);
    if (n == 0) ended = true;
    if (n == -1 && !would_block()) broken = true;
    return n;
  }

  // One send, of all that is owed: how many bytes were taken.
  ssize_t send(int flags = 0) {
    const ssize_t n = ::send(fd, buffer.data() + begin, end - begin, flags);
    if (n > 0) begin += static_cast<size_t>(n);
    if (n == -1 && !would_block()) broken = true;
    if (begin == end) begin = end = 0;
    return n;
  }
};

// Nothing that is ready now may wait for another event: for edge-triggered loops. `drained` says whether
// a receive of `n` bytes out of `asked` has emptied the kernel's buffer.
template <typename Drained>
void transfer_all(Connection& connection, Drained drained) {
  bool readable = true, writable = true;
  while (!connection.is_over() && ((connection.wants_to_read() && readable) || (connection.owes() && writable))) {
    if (connection.wants_to_read() && readable) {
      const size_t asked = connection.buffer.size() - connection.end;
      const ssize_t n = connection.receive();
      readable = n != 0 && !(n == -1 && errno != EINTR) && !drained(n, asked);
    }
    if (connection.owes() && writable && connection.send() == -1) writable = errno == EINTR;
  }
}

}  // namespace sockrig
