#include "shim/licence.hpp"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "shim/descriptors.hpp"
#include "shim/interrupt.hpp"
#include "shim/sys.hpp"

namespace sockrig::shim {

using wire::Withheld;

namespace {

// The kernel would have handed out everything up to the end at once; a short count now would be a lie.
bool end_is_queued(int fd) {
  pollfd one{fd, POLLRDHUP, 0};
  timespec now{};
  return sys(SYS_ppoll, &one, 1, &now, nullptr, 8) > 0 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

int low_water(int fd) {
  int value = 1;
  socklen_t size = sizeof value;
  return sys(SYS_getsockopt, fd, SOL_SOCKET, SO_RCVLOWAT, &value, &size) == 0 ? value : 1;
}

// With O_ASYNC a signal tells of each arrival once, as an edge does, and nothing could give it back.
bool tells_by_signal(int fd) {
  return (sys(SYS_fcntl, fd, F_GETFL) & O_ASYNC) != 0;
}

// Registered for edges by an image of the program that is gone (exec), or by another process.
bool has_foreign_edge(int socket) {
  return edge_of(socket) == nullptr &&
         (region->sockets[socket].flags.load(std::memory_order_relaxed) & wire::socket_edge_triggered) != 0;
}

bool no(Withheld& why, Withheld reason) {
  why = reason;
  return false;
}

}  // namespace

std::size_t available(int fd) {
  int bytes = 0;
  return sys(SYS_ioctl, fd, FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

std::size_t available_from(int fd, const off64_t* offset) {
  struct stat file {};
  if (sys(SYS_fstat, fd, &file) != 0 || !S_ISREG(file.st_mode)) return available(fd);
  const off64_t at = offset ? *offset : sys(SYS_lseek, fd, 0, SEEK_CUR);
  return at >= 0 && at < file.st_size ? static_cast<std::size_t>(file.st_size - at) : 0;
}

std::size_t clamped_length(const wire::Rule& rule, std::size_t asked, std::uint64_t hash) {
  if (asked <= 1) return asked;
  switch (rule.size) {
    case wire::Size::fixed:
      return rule.bytes == 0 ? 1 : rule.bytes < asked ? rule.bytes : asked;
    case wire::Size::random_part:
      return 1 + hash % (asked - 1);
    case wire::Size::all_but_one:
      return asked - 1;
    case wire::Size::half:
      return asked / 2;
  }
  return asked;
}

bool may_cut_receive(const Op& op, std::size_t length, Withheld& why) {
  if (op.call == wire::Call::recvmmsg) return no(why, Withheld::several_at_once);
  if (op.message_flags & MSG_WAITALL) return no(why, Withheld::wait_all);
  if (op.message_flags & MSG_PEEK) return no(why, Withheld::peek);
  if (op.message_flags & (MSG_OOB | MSG_ERRQUEUE)) return no(why, Withheld::not_stream);
  if (length >= static_cast<std::size_t>(op.asked)) return no(why, Withheld::too_small);
  if (!still_the_same(op.socket, op.fd)) return no(why, Withheld::not_stream);
  const int water = low_water(op.fd);
  if (water > 1 && length < static_cast<std::size_t>(water)) return no(why, Withheld::low_water);
  // EPOLLEXCLUSIVE forbids EPOLL_CTL_MOD, so the edge could not be given back.
  const Edge* edge = edge_of(op.socket);
  if (edge && ((edge->events & EPOLLEXCLUSIVE) || edge->several)) return no(why, Withheld::edge_triggered);
  if (has_foreign_edge(op.socket) || tells_by_signal(op.fd)) return no(why, Withheld::edge_triggered);
  if (end_is_queued(op.fd)) return no(why, Withheld::end_queued);
  return true;
}

bool kernel_may_cut_send(const Op& op) {
  return !blocks(op) || !restarts_without_timeout(op.fd, wire::Family::send) || catches_signals();
}

bool may_cut_send(const Op& op, const wire::Rule& rule, std::size_t length, Withheld& why) {
  if (op.call == wire::Call::sendmmsg) return no(why, Withheld::several_at_once);
  if (op.message_flags & MSG_OOB) return no(why, Withheld::not_stream);
  if (length >= static_cast<std::size_t>(op.asked)) return no(why, Withheld::too_small);
  if (!still_the_same(op.socket, op.fd)) return no(why, Withheld::not_stream);
  if (edge_of(op.socket) || has_foreign_edge(op.socket) || tells_by_signal(op.fd))
    return no(why, Withheld::edge_triggered);
  if (rule.handler == wire::Handler::own && !kernel_may_cut_send(op)) return no(why, Withheld::no_handler);
  return true;
}

// Where nothing is ready, a call that does not block says so itself, and one that does would have waited. And where
// the connection is over, that is what the program must hear of.
bool may_fail(const Op& op, int error, Withheld& why) {
  if (op.family == wire::Family::connect && op.socket >= 0 &&
      (region->sockets[op.socket].flags.load(std::memory_order_relaxed) & wire::socket_connected) != 0)
    return no(why, Withheld::under_way);
  if (op.family == wire::Family::resolve && op.asked == 0) return no(why, Withheld::numeric);
  const bool moves = wire::moves_data(op.family);
  if (op.socket < 0 || !(moves || (op.family == wire::Family::accept && error == EAGAIN))) return true;
  const bool whole = op.call != wire::Call::recvmmsg && op.call != wire::Call::sendmmsg &&
                     op.call != wire::Call::splice && op.call != wire::Call::sendfile;
  if (!whole) return no(why, Withheld::several_at_once);
  if ((op.message_flags & (MSG_OOB | MSG_ERRQUEUE)) != 0) return no(why, Withheld::not_stream);
  if (!still_the_same(op.socket, op.fd)) return no(why, Withheld::not_stream);
  if (error == EAGAIN && blocks(op)) return no(why, Withheld::blocking);
  if (op.message_flags & MSG_PEEK) return no(why, Withheld::peek);
  // An edge that cannot be given back: EPOLLEXCLUSIVE forbids EPOLL_CTL_MOD, and a signal comes only once.
  const Edge* edge = edge_of(op.socket);
  const bool signalled = (sys(SYS_fcntl, op.fd, F_GETFL) & O_ASYNC) != 0;
  if (signalled || (edge && (edge->events & EPOLLEXCLUSIVE))) return no(why, Withheld::edge_triggered);
  pollfd one{op.fd, static_cast<short>(op.family == wire::Family::send ? POLLOUT : POLLIN | POLLRDHUP), 0};
  timespec now{};
  if (sys(SYS_ppoll, &one, 1, &now, nullptr, 8) <= 0) return no(why, Withheld::not_ready);
  if (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) return no(why, Withheld::end_queued);
  return true;
}

// The other side has reset it, though nobody has taken it from the listener's queue so far.
bool is_gone(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return sys(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_CLOSE;
}

bool blocks(const Op& op) {
  return (op.message_flags & MSG_DONTWAIT) == 0 && (sys(SYS_fcntl, op.fd, F_GETFL) & O_NONBLOCK) == 0;
}

}  // namespace sockrig::shim
