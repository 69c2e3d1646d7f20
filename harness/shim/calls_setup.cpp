// The calls that make, name, open, configure and end sockets.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <sys/time.h>

#include "shim/descriptors.hpp"
#include "shim/interrupt.hpp"
#include "shim/licence.hpp"
#include "shim/real.hpp"
#include "shim/rules.hpp"
#include "shim/sys.hpp"

namespace wire = sockrig::wire;
using namespace sockrig::shim;
using wire::Call;
using wire::Family;
using wire::Withheld;

namespace {

int as_int(std::int64_t value) {
  return static_cast<int>(value);
}

std::uint16_t port_in(const sockaddr* address, socklen_t size) {
  if (address == nullptr || size < sizeof(sockaddr_in)) return 0;
  if (address->sa_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port);
  if (address->sa_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(address)->sin6_port);
  return 0;
}

// A call on a TCP socket; on anything else it passes unseen.
template <class Real, class After>
SOCKRIG_INTO_EXPORT int on_socket(Call call, int fd, std::int64_t asked, Real real_call, After after) {
  if (!active()) return real_call();
  const int socket = socket_of(fd);
  if (socket < 0) return real_call();
  Op op{call, wire::family_of(call), fd, socket, asked};
  decide(op);
  const int result = op.done ? as_int(op.result) : real_call();
  if (!op.done && result >= 0) after(socket);
  return as_int(conclude(op, result));
}

void nothing(int) {}

template <class Real>
SOCKRIG_INTO_EXPORT int take_connection(Call call, int fd, int flags, Real real_call) {
  if (!active()) {
    const int accepted = real_call();
    if (accepted >= 0) forget(accepted);
    return accepted;
  }
  const int socket = socket_of(fd);
  Op op{call, Family::accept, fd, socket, flags};
  if (socket < 0) {
    const int accepted = real_call();
    if (accepted >= 0) forget(accepted);
    return as_int(tell_if_closed(op, accepted));
  }
  decide(op);
  if (op.done) return as_int(conclude(op, op.result));
  const int accepted = real_call();
  int born = -1;
  if (accepted >= 0) {
    forget(accepted);
    // Options are inherited from the listener.
    constexpr std::uint32_t options = wire::socket_linger_zero | wire::socket_timed_recv | wire::socket_no_delay;
    const std::uint32_t inherited = region->sockets[socket].flags.load(std::memory_order_relaxed) & options;
    born = classify(accepted, wire::socket_accepted | inherited, true);
    if (born >= 0) learn_ports(born, accepted);
  }
  op.fail_after = fail_after_now(op);
  if (accepted >= 0 && op.fail_after && op.fail_after->only_gone == 1 && !is_gone(accepted)) {
    withhold(*op.fail_after, op, Withheld::alive);
    op.fail_after = nullptr;
  }
  // A failure that comes after takes the connection from the queue and closes it; the program never sees it.
  if (born >= 0 && op.fail_after == nullptr) op.connection = number_connection(born);
  const int told = as_int(conclude(op, accepted));
  if (born >= 0 && told >= 0) number_connection(born);
  if (accepted >= 0 && told < 0) {
    forget(accepted);
    sys(SYS_close, accepted);
    rearm(socket);  // others may wait behind it
  }
  return told;
}

// The request must really be under way: start it without blocking, give the flags back, run the handler.
int interrupted_connect(Op& op, int fd, const sockaddr* address, socklen_t size) {
  wire::Rule& rule = *op.interrupt;
  const long flags = sys(SYS_fcntl, fd, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK)) {
    withhold(rule, op, Withheld::non_blocking);
    return real.connect(fd, address, size);
  }
  const Choice choice = choose_signal(rule, thread_mask(), restarts_without_timeout(fd, Family::connect));
  if (choice.signal == 0) {
    withhold(rule, op, choice.why);
    return real.connect(fd, address, size);
  }
  sys(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
  const int result = real.connect(fd, address, size);
  const int error = errno;
  sys(SYS_fcntl, fd, F_SETFL, flags);
  if (result == 0 || error != EINPROGRESS) {
    withhold(rule, op, Withheld::ready);
    errno = error;
    return result;
  }
  has_fired(rule, op);
  count_interrupt(rule, choice);
  deliver(choice.signal);
  errno = EINTR;
  return -1;
}

void note_option(int socket, int level, int name, const void* value, socklen_t size) {
  if (value == nullptr || size < sizeof(int)) return;
  const bool on = *static_cast<const int*>(value) != 0;
  if (level == SOL_SOCKET && name == SO_REUSEADDR && on) {
    const bool bound = region->sockets[socket].flags.load(std::memory_order_relaxed) & wire::socket_bound;
    set_flag(socket, bound ? wire::socket_reuse_after_bind : wire::socket_reuse_before_bind);
  }
  if (level == SOL_SOCKET && name == SO_LINGER && size >= sizeof(linger)) {
    const auto* l = static_cast<const linger*>(value);
    set_flag(socket, wire::socket_linger_zero, l->l_onoff != 0 && l->l_linger == 0);
  }
  if (level == SOL_SOCKET && name == SO_RCVTIMEO && size >= sizeof(timeval)) {
    const auto* t = static_cast<const timeval*>(value);
    set_flag(socket, wire::socket_timed_recv, t->tv_sec != 0 || t->tv_usec != 0);
  }
  if (level == IPPROTO_TCP && name == TCP_NODELAY) set_flag(socket, wire::socket_no_delay, on);
}

// The number is free for others from the real call on, so the table must be clean before it.
template <class Real>
SOCKRIG_INTO_EXPORT int end_descriptor(Call call, int fd, std::int64_t asked, Real real_call) {
  if (!active()) {
    if (region && !memory_is_borrowed()) forget(fd);
    return real_call();
  }
  if (memory_is_borrowed()) return real_call();
  const int socket = known_socket(fd);
  Op op{call, Family::close, fd, socket, asked};
  if (socket >= 0) decide(op);
  forget(fd);
  const int result = real_call();
  note_close(fd, result);
  if (socket < 0) {
    if (result >= 0) note_other_use(fd);
    if (result >= 0 || !is_closed_socket(fd)) return result;
  }
  return as_int(conclude(op, result));
}

template <class Real>
SOCKRIG_INTO_EXPORT int copy_descriptor(Call call, int from, std::int64_t asked, Real real_call) {
  if (!active() || memory_is_borrowed()) return real_call();
  const int socket = socket_of(from);
  Op op{call, wire::family_of(call), from, socket, asked};
  if (socket >= 0) decide(op);
  if (op.done) return as_int(conclude(op, op.result));
  const bool replaces = (call == Call::dup2 || call == Call::dup3) && asked != from;
  // Another thread may use the old meaning until the real call; the new one is written after it.
  const int result = real_call();
  if (result >= 0 && result != from && (replaces || call == Call::dup || call == Call::fcntl)) copy(from, result);
  if (socket < 0) return result;
  return as_int(conclude(op, result));
}

template <class Function>
SOCKRIG_INTO_EXPORT int control(Function function, int fd, int command, void* argument) {
  const auto real_call = [=] { return function(fd, command, argument); };
  const int number = static_cast<int>(as_long(argument));
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) return copy_descriptor(Call::fcntl, fd, command, real_call);
  if (command != F_SETFL && command != F_GETFL) return real_call();
  return on_socket(Call::fcntl, fd, command, real_call, [=](int socket) {
    if (command == F_SETFL) set_flag(socket, wire::socket_non_blocking, (number & O_NONBLOCK) != 0);
  });
}

void* third_argument(va_list arguments) {
  return va_arg(arguments, void*);
}

}  // namespace

SOCKRIG_EXPORT int socket(int domain, int type, int protocol) noexcept {
  const bool seen = active();
  const bool stream = (type & 0xf) == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6);
  Op op{Call::socket, Family::socket, -1, -1, type};
  if (seen && stream) decide(op);
  if (op.done) return as_int(conclude(op, op.result));
  const int fd = real.socket(domain, type, protocol);
  if (region && fd >= 0) forget(fd);
  if (!seen) return fd;
  op.fd = fd;
  if (fd >= 0 && stream) op.socket = classify(fd, 0, true);
  const int told = as_int(conclude(op, fd));
  if (fd >= 0 && told < 0) {  // failed after all: the program knows no number that it could close
    forget(fd);
    sys(SYS_close, fd);
  }
  return told;
}

SOCKRIG_EXPORT int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
  return on_socket(
      Call::bind, fd, port_in(address, size), [=] { return real.bind(fd, address, size); },
      [=](int socket) {
        set_flag(socket, wire::socket_bound);
        learn_ports(socket, fd);
      });
}

SOCKRIG_EXPORT int listen(int fd, int backlog) noexcept {
  if (!active()) return real.listen(fd, backlog);
  const int socket = socket_of(fd);
  if (socket < 0) return real.listen(fd, backlog);
  Op op{Call::listen, Family::listen, fd, socket, backlog};
  decide(op);
  if (op.done) return as_int(conclude(op, op.result));
  const int result = real.listen(fd, static_cast<int>(op.length));
  if (result == 0) {
    set_flag(socket, wire::socket_listener | wire::socket_bound);
    learn_ports(socket, fd);
  }
  return as_int(conclude(op, result));
}

SOCKRIG_EXPORT int accept(int fd, sockaddr* __restrict address, socklen_t* __restrict size) {
  return take_connection(Call::accept, fd, 0, [=] { return real.accept(fd, address, size); });
}

SOCKRIG_EXPORT int accept4(int fd, sockaddr* __restrict address, socklen_t* __restrict size, int flags) {
  return take_connection(Call::accept4, fd, flags, [=] { return real.accept4(fd, address, size, flags); });
}

SOCKRIG_EXPORT int connect(int fd, const sockaddr* address, socklen_t size) {
  if (!active()) return real.connect(fd, address, size);
  const int socket = socket_of(fd);
  if (socket < 0) return real.connect(fd, address, size);
  const std::uint16_t port = port_in(address, size);
  Op op{Call::connect, Family::connect, fd, socket, port};
  // After a failure the state of a socket is unspecified: one that was made to fail never gets well again.
  auto& broken = region->sockets[socket].connect_error;
  if (const std::int32_t error = broken.load(std::memory_order_relaxed); error != 0) {
    fail(op, error);
    return as_int(conclude(op, op.result));
  }
  decide(op);
  if (op.done) {
    broken.store(op.error, std::memory_order_relaxed);
    return as_int(conclude(op, op.result));
  }
  const int result = op.interrupt ? interrupted_connect(op, fd, address, size) : real.connect(fd, address, size);
  if (result == 0 || errno == EINPROGRESS || errno == EINTR) {
    op.connection = number_connection(socket);
    region->sockets[socket].remote_port = port;
    learn_ports(socket, fd);
  }
  return as_int(conclude(op, result));
}

SOCKRIG_EXPORT int shutdown(int fd, int how) noexcept {
  return on_socket(
      Call::shutdown, fd, how, [=] { return real.shutdown(fd, how); }, nothing);
}

SOCKRIG_EXPORT int setsockopt(int fd, int level, int name, const void* value, socklen_t size) noexcept {
  return on_socket(
      Call::setsockopt, fd, name, [=] { return real.setsockopt(fd, level, name, value, size); },
      [=](int socket) { note_option(socket, level, name, value, size); });
}

SOCKRIG_EXPORT int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = third_argument(arguments);
  va_end(arguments);
  if (!started) start();
  return control(real.fcntl, fd, command, argument);
}

SOCKRIG_EXPORT int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = third_argument(arguments);
  va_end(arguments);
  if (!started) start();
  return control(real.fcntl64, fd, command, argument);
}

SOCKRIG_EXPORT int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list arguments;
  va_start(arguments, request);
  void* argument = third_argument(arguments);
  va_end(arguments);
  if (!started) start();
  if (request != FIONBIO || argument == nullptr) return real.ioctl(fd, request, argument);
  return on_socket(
      Call::ioctl, fd, static_cast<std::int64_t>(request), [=] { return real.ioctl(fd, request, argument); },
      [=](int socket) { set_flag(socket, wire::socket_non_blocking, *static_cast<const int*>(argument) != 0); });
}

SOCKRIG_EXPORT int close(int fd) {
  return end_descriptor(Call::close, fd, 0, [=] { return real.close(fd); });
}

SOCKRIG_EXPORT int fclose(FILE* file) {
  const int saved = errno;
  const int fd = file ? fileno(file) : -1;
  errno = saved;
  if (fd < 0) return active(), real.fclose(file);
  if (!started) start();
  return end_descriptor(Call::fclose, fd, 0, [=] { return real.fclose(file); });
}

SOCKRIG_EXPORT int close_range(unsigned first, unsigned last, int flags) noexcept {
  if (!active()) return real.close_range(first, last, flags);
  if (memory_is_borrowed()) return real.close_range(first, last, flags);
  constexpr int only_marks = 4;  // CLOSE_RANGE_CLOEXEC
  if ((flags & only_marks) == 0) forget_range(first, last);
  Op op{Call::close_range, Family::close, static_cast<int>(first), -1, last};
  return as_int(conclude(op, real.close_range(first, last, flags)));
}

SOCKRIG_EXPORT void closefrom(int low) noexcept {
  if (!active() || memory_is_borrowed()) return real.closefrom(low);
  forget_range(low < 0 ? 0 : static_cast<unsigned>(low), max_descriptors);
  real.closefrom(low);
  Op op{Call::closefrom, Family::close, low, -1, 0};
  conclude(op, 0);
}

SOCKRIG_EXPORT int dup(int fd) noexcept {
  return copy_descriptor(Call::dup, fd, 0, [=] { return real.dup(fd); });
}

SOCKRIG_EXPORT int dup2(int from, int to) noexcept {
  return copy_descriptor(Call::dup2, from, to, [=] { return real.dup2(from, to); });
}

SOCKRIG_EXPORT int dup3(int from, int to, int flags) noexcept {
  return copy_descriptor(Call::dup3, from, to, [=] { return real.dup3(from, to, flags); });
}
