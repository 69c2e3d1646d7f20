// The calls that move bytes. A wrapper says how its call is made for fewer bytes than were asked for;
// the rest is common. The caller's buffers and vectors are never written to.
#include <errno.h>
#include <string.h>

#include "shim/descriptors.hpp"
#include "shim/interrupt.hpp"
#include "shim/licence.hpp"
#include "shim/real.hpp"
#include "shim/rules.hpp"
#include "shim/sys.hpp"

using namespace sockrig::shim;
using sockrig::wire::Call;
using sockrig::wire::Family;
using sockrig::wire::Withheld;

namespace {

constexpr long not_possible = -EOPNOTSUPP;

// `real_call(length)` makes the call for at most `length` bytes, unchanged if that is what was asked.
template <class Real>
SOCKRIG_INTO_EXPORT ssize_t receive(Call call, int fd, std::size_t asked, int flags, Real real_call) {
  if (!active() || (flags & MSG_ERRQUEUE) != 0) return real_call(asked);  // no data come from there
  const int socket = socket_of(fd);
  Op op{call, Family::recv, fd, socket, static_cast<std::int64_t>(asked), flags};
  if (socket < 0) return tell_if_closed(op, real_call(asked));
  decide(op);
  if (op.done) return conclude(op, op.result);
  return conclude(op, real_call(op.length));
}

// A signal that cuts a large blocking send lets it return what was taken so far. So: send a part without waiting, run
// the handler and return what was taken of it. If nothing fits it is a plain interrupt.
template <class NoWait>
void cut_in_the_middle(Op& op, NoWait no_wait) {
  sockrig::wire::Rule& rule = *op.interrupt;
  if (!blocks(op)) return withhold(rule, op, Withheld::non_blocking);
  // A partial transfer returns its count with SA_RESTART, too.
  const Choice choice = choose_signal(rule, thread_mask(), false);
  if (choice.signal == 0) return withhold(rule, op, choice.why);
  const long sent = no_wait(op.part);
  if (sent == -EAGAIN || sent == not_possible) {
    interrupt_transfer(op, rule);
    return;
  }
  if (sent < 0) return fail(op, static_cast<int>(-sent));
  op.done = true;
  op.result = sent;
  if (sent == op.asked) return withhold(rule, op, Withheld::ready);
  has_fired(rule, op);
  count_interrupt(rule, choice);
  deliver(choice.signal);
}

// `no_wait(length)` sends what fits of so many bytes without blocking, straight through the kernel: a count or −errno.
template <class Real, class NoWait>
SOCKRIG_INTO_EXPORT ssize_t transmit(Call call, int fd, std::size_t asked, int flags, Real real_call, NoWait no_wait,
                                     int source = -1, const off64_t* source_offset = nullptr) {
  if (!active()) return real_call(asked);
  const int socket = socket_of(fd);
  Op op{call, Family::send, fd, socket, static_cast<std::int64_t>(asked), flags};
  if (socket < 0) return tell_if_closed(op, real_call(asked));
  op.source = source;
  op.source_offset = source_offset;
  decide(op);
  if (op.interrupt && !op.done) cut_in_the_middle(op, no_wait);
  if (op.done) return conclude(op, op.result);
  return conclude(op, real_call(op.length));
}

long never(std::size_t) {
  return not_possible;
}

std::size_t total(const iovec* vector, std::size_t count) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += vector[i].iov_len;
  return sum;
}

// How many elements the first `length` bytes need; only these are copied.
std::size_t elements_for(const iovec* vector, std::size_t count, std::size_t length) {
  std::size_t n = 0;
  for (std::size_t sum = 0; n < count && sum < length; ++n) sum += vector[n].iov_len;
  return n;
}

void cut_vector(iovec* out, const iovec* vector, std::size_t count, std::size_t length) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = vector[i];
    if (out[i].iov_len > length) out[i].iov_len = length;
    length -= out[i].iov_len;
  }
}

// A vector that the kernel would refuse is not looked at: the real call gives the verdict.
bool is_readable(const iovec* vector, std::size_t count) {
  return vector != nullptr && count > 0 && count <= 1024;
}

// Calls `use(vector, count)` with a copy that holds `length` bytes. The copy lives on the stack.
template <class Use>
ssize_t with_cut_vector(const iovec* vector, std::size_t count, std::size_t length, Use use) {
  const std::size_t needed = elements_for(vector, count, length);
  auto* copied = static_cast<iovec*>(__builtin_alloca(needed * sizeof(iovec)));
  cut_vector(copied, vector, needed, length);
  return use(copied, needed);
}

// Descriptors that arrive in a message may bear numbers that the table knows as something else.
void forget_passed_descriptors(const msghdr& message) {
  if (message.msg_control == nullptr) return;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(const_cast<msghdr*>(&message), c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= c->cmsg_len; at += sizeof(int)) {
      int fd = -1;
      memcpy(&fd, reinterpret_cast<const char*>(c) + at, sizeof fd);
      forget(fd);
    }
  }
}

template <class Messages>
std::int64_t total_of(const Messages* messages, int count) {
  std::int64_t sum = 0;
  for (int i = 0; i < count; ++i) sum += messages[i].msg_len;
  return sum;
}

// recvmmsg and sendmmsg: passed through; the counters want bytes, the program a number of messages.
template <class Real>
SOCKRIG_INTO_EXPORT int many(Call call, int fd, mmsghdr* messages, unsigned count, int flags, Real real_call) {
  if (!active()) return real_call();
  const int socket = socket_of(fd);
  if (socket < 0) return real_call();
  Op op{call, sockrig::wire::family_of(call), fd, socket, static_cast<std::int64_t>(count), flags};
  decide(op);
  if (op.interrupt) withhold(*op.interrupt, op, Withheld::not_stream);
  if (op.done) return static_cast<int>(conclude(op, op.result));
  const int done = real_call();
  return static_cast<int>(conclude_many(op, done, done > 0 ? total_of(messages, done) : done));
}

SOCKRIG_INTO_EXPORT ssize_t copy_file(int out, int in, off_t* offset, std::size_t asked) {
  return transmit(
      Call::sendfile, out, asked, 0,
      [=](std::size_t length) { return real.sendfile64(out, in, reinterpret_cast<off64_t*>(offset), length); }, never,
      in, reinterpret_cast<const off64_t*>(offset));
}

}  // namespace

SOCKRIG_EXPORT ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  return receive(Call::recv, fd, size, flags, [=](size_t n) { return real.recv(fd, buffer, n, flags); });
}

SOCKRIG_EXPORT ssize_t recvfrom(int fd, void* __restrict buffer, size_t size, int flags, sockaddr* __restrict address,
                                socklen_t* __restrict length) {
  return receive(Call::recvfrom, fd, size, flags,
                 [=](size_t n) { return real.recvfrom(fd, buffer, n, flags, address, length); });
}

SOCKRIG_EXPORT ssize_t read(int fd, void* buffer, size_t size) {
  return receive(Call::read, fd, size, 0, [=](size_t n) { return real.read(fd, buffer, n); });
}

// The fortified calls: the real one gets the real size of the buffer, and a request that is too large goes to it
// uncut, so that it aborts the program as it would have.
SOCKRIG_EXPORT ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t room, int flags) {
  if (size > room) return active(), real.__recv_chk(fd, buffer, size, room, flags);
  return receive(Call::recv, fd, size, flags, [=](size_t n) { return real.__recv_chk(fd, buffer, n, room, flags); });
}

SOCKRIG_EXPORT ssize_t __recvfrom_chk(int fd, void* buffer, size_t size, size_t room, int flags, sockaddr* address,
                                      socklen_t* length) {
  if (size > room) return active(), real.__recvfrom_chk(fd, buffer, size, room, flags, address, length);
  return receive(Call::recvfrom, fd, size, flags,
                 [=](size_t n) { return real.__recvfrom_chk(fd, buffer, n, room, flags, address, length); });
}

SOCKRIG_EXPORT ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room) {
  if (size > room) return active(), real.__read_chk(fd, buffer, size, room);
  return receive(Call::read, fd, size, 0, [=](size_t n) { return real.__read_chk(fd, buffer, n, room); });
}

SOCKRIG_EXPORT ssize_t readv(int fd, const iovec* vector, int count) {
  if (!active() || socket_of(fd) < 0 || !is_readable(vector, static_cast<size_t>(count)))
    return real.readv(fd, vector, count);
  const size_t asked = total(vector, static_cast<size_t>(count));
  return receive(Call::readv, fd, asked, 0, [=](size_t n) {
    if (n == asked) return real.readv(fd, vector, count);
    return with_cut_vector(vector, static_cast<size_t>(count), n,
                           [=](iovec* cut, size_t used) { return real.readv(fd, cut, static_cast<int>(used)); });
  });
}

SOCKRIG_EXPORT ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (!active() || message == nullptr) return real.recvmsg(fd, message, flags);
  if (socket_of(fd) < 0 || !is_readable(message->msg_iov, message->msg_iovlen)) {
    const ssize_t got = real.recvmsg(fd, message, flags);
    if (got >= 0 && message->msg_controllen > 0) forget_passed_descriptors(*message);
    return got;
  }
  const size_t asked = total(message->msg_iov, message->msg_iovlen);
  return receive(Call::recvmsg, fd, asked, flags, [=](size_t n) {
    if (n == asked) return real.recvmsg(fd, message, flags);
    return with_cut_vector(message->msg_iov, message->msg_iovlen, n, [=](iovec* cut, size_t used) {
      msghdr copied = *message;
      copied.msg_iov = cut;
      copied.msg_iovlen = used;
      const ssize_t got = real.recvmsg(fd, &copied, flags);
      message->msg_namelen = copied.msg_namelen;
      message->msg_controllen = copied.msg_controllen;
      message->msg_flags = copied.msg_flags;
      return got;
    });
  });
}

SOCKRIG_EXPORT int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  return many(Call::recvmmsg, fd, messages, count, flags,
              [=] { return real.recvmmsg(fd, messages, count, flags, timeout); });
}

SOCKRIG_EXPORT ssize_t send(int fd, const void* buffer, size_t size, int flags) {
  return transmit(
      Call::send, fd, size, flags, [=](size_t n) { return real.send(fd, buffer, n, flags); },
      [=](size_t n) { return sys(SYS_sendto, fd, buffer, n, flags | MSG_DONTWAIT, nullptr, 0); });
}

SOCKRIG_EXPORT ssize_t sendto(int fd, const void* buffer, size_t size, int flags, const sockaddr* address,
                              socklen_t length) {
  return transmit(
      Call::sendto, fd, size, flags, [=](size_t n) { return real.sendto(fd, buffer, n, flags, address, length); },
      [=](size_t n) { return sys(SYS_sendto, fd, buffer, n, flags | MSG_DONTWAIT, address, length); });
}

SOCKRIG_EXPORT ssize_t write(int fd, const void* buffer, size_t size) {
  return transmit(
      Call::write, fd, size, 0, [=](size_t n) { return real.write(fd, buffer, n); },
      [=](size_t n) { return sys(SYS_sendto, fd, buffer, n, MSG_DONTWAIT, nullptr, 0); });
}

SOCKRIG_EXPORT ssize_t writev(int fd, const iovec* vector, int count) {
  if (!active() || socket_of(fd) < 0 || !is_readable(vector, static_cast<size_t>(count)))
    return real.writev(fd, vector, count);
  const size_t asked = total(vector, static_cast<size_t>(count));
  return transmit(
      Call::writev, fd, asked, 0,
      [=](size_t n) {
        if (n == asked) return real.writev(fd, vector, count);
        return with_cut_vector(vector, static_cast<size_t>(count), n,
                               [=](iovec* cut, size_t used) { return real.writev(fd, cut, static_cast<int>(used)); });
      },
      [=](size_t n) {
        return with_cut_vector(vector, static_cast<size_t>(count), n, [=](iovec* cut, size_t used) {
          msghdr message{};
          message.msg_iov = cut;
          message.msg_iovlen = used;
          return sys(SYS_sendmsg, fd, &message, MSG_DONTWAIT);
        });
      });
}

SOCKRIG_EXPORT ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (!active() || message == nullptr || socket_of(fd) < 0 || !is_readable(message->msg_iov, message->msg_iovlen))
    return real.sendmsg(fd, message, flags);
  const size_t asked = total(message->msg_iov, message->msg_iovlen);
  return transmit(
      Call::sendmsg, fd, asked, flags,
      [=](size_t n) {
        if (n == asked) return real.sendmsg(fd, message, flags);
        return with_cut_vector(message->msg_iov, message->msg_iovlen, n, [=](iovec* cut, size_t used) {
          msghdr copied = *message;
          copied.msg_iov = cut;
          copied.msg_iovlen = used;
          return real.sendmsg(fd, &copied, flags);
        });
      },
      [=](size_t n) {
        return with_cut_vector(message->msg_iov, message->msg_iovlen, n, [=](iovec* cut, size_t used) {
          msghdr copied = *message;
          copied.msg_iov = cut;
          copied.msg_iovlen = used;
          return sys(SYS_sendmsg, fd, &copied, flags | MSG_DONTWAIT);
        });
      });
}

SOCKRIG_EXPORT int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  return many(Call::sendmmsg, fd, messages, count, flags, [=] { return real.sendmmsg(fd, messages, count, flags); });
}

SOCKRIG_EXPORT ssize_t sendfile(int out, int in, off_t* offset, size_t size) noexcept {
  return copy_file(out, in, offset, size);
}

SOCKRIG_EXPORT ssize_t sendfile64(int out, int in, off64_t* offset, size_t size) noexcept {
  return copy_file(out, in, reinterpret_cast<off_t*>(offset), size);
}

// To a socket it sends; from a socket it receives.
SOCKRIG_EXPORT ssize_t splice(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t size, unsigned flags) {
  const auto move = [=](size_t n) { return real.splice(in, in_offset, out, out_offset, n, flags); };
  if (!active()) return move(size);
  if (socket_of(out) >= 0) return transmit(Call::splice, out, size, 0, move, never, in, in_offset);
  return receive(Call::splice, in, size, 0, move);
}
