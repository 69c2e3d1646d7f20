// The calls that wait for readiness. They have no socket of their own; their schedule counts per process.
// An interrupted wait is first asked whether it would have waited at all, then cut by a real signal.
#include <errno.h>
#include <string.h>

#include "shim/descriptors.hpp"
#include "shim/interrupt.hpp"
#include "shim/real.hpp"
#include "shim/rules.hpp"
#include "shim/sys.hpp"

using namespace sockrig::shim;
using sockrig::wire::Call;
using sockrig::wire::Family;
using sockrig::wire::Withheld;

namespace {

std::int64_t milliseconds(const timespec* timeout) {
  if (timeout == nullptr) return -1;
  return static_cast<std::int64_t>(timeout->tv_sec) * 1000 + (timeout->tv_nsec + 999'999) / 1'000'000;
}

std::int64_t milliseconds(const timeval* timeout) {
  if (timeout == nullptr) return -1;
  return static_cast<std::int64_t>(timeout->tv_sec) * 1000 + (timeout->tv_usec + 999) / 1000;
}

int told(long answer) {
  if (answer >= 0) return static_cast<int>(answer);
  errno = static_cast<int>(-answer);
  return -1;
}

// `now()`: the same wait with no time to wait, −errno or a count. `until(mask)`: the same wait without an end.
template <class Real, class Now, class Until>
int interrupted(Op& op, const sigset_t* mask, Real real_call, Now now, Until until) {
  sockrig::wire::Rule& rule = *op.interrupt;
  SignalMask during = thread_mask();
  if (mask) memcpy(&during, mask, sizeof during);
  if (op.asked == 0) return withhold(rule, op, Withheld::ready), real_call();
  const Choice choice = choose_signal(rule, during, false);
  if (choice.signal == 0) return withhold(rule, op, choice.why), real_call();
  long answer = now();
  if (answer != 0) return withhold(rule, op, Withheld::ready), told(answer);
  answer = wait_with_signal(choice.signal, during, until);
  if (answer != -EINTR) {
    withhold(rule, op, Withheld::ready);
  } else {
    has_fired(rule, op);
    count_interrupt(rule, choice);
  }
  return told(answer);
}

template <class Real, class Now, class Until>
SOCKRIG_INTO_EXPORT int wait_for(Call call, int fd, std::int64_t timeout, const sigset_t* mask, Real real_call, Now now,
                                 Until until) {
  if (!active()) return real_call();
  Op op{call, Family::wait, fd, -1, timeout};
  decide(op);
  if (op.done) return static_cast<int>(conclude(op, op.result));
  const int result = op.interrupt ? interrupted(op, mask, real_call, now, until) : real_call();
  return static_cast<int>(conclude(op, result));
}

template <class Real>
SOCKRIG_INTO_EXPORT int poll_with(Call call, pollfd* fds, nfds_t count, std::int64_t timeout, const sigset_t* mask,
                                  Real real_call) {
  return wait_for(
      call, -1, timeout, mask, real_call,
      [=] {
        timespec none{};
        return sys(SYS_ppoll, fds, count, &none, nullptr, sizeof(SignalMask));
      },
      [=](const SignalMask* during) { return sys(SYS_ppoll, fds, count, nullptr, during, sizeof *during); });
}

// select overwrites its sets, so it is tried on copies; they are handed on only if something was ready.
struct Sets {
  fd_set* caller[3];
  fd_set* copy[3];
  std::size_t size;
};

long select_on_copies(int count, const Sets& sets, timespec* timeout, const SignalMask* mask) {
  fd_set* used[3] = {};
  for (int i = 0; i < 3; ++i) {
    if (sets.caller[i] == nullptr) continue;
    memcpy(sets.copy[i], sets.caller[i], sets.size);
    used[i] = sets.copy[i];
  }
  const struct {
    const SignalMask* mask;
    std::size_t size;
  } masked{mask, sizeof(SignalMask)};
  const long answer = sys(SYS_pselect6, count, used[0], used[1], used[2], timeout, &masked);
  for (int i = 0; i < 3 && answer > 0; ++i)
    if (sets.caller[i]) memcpy(sets.caller[i], sets.copy[i], sets.size);
  return answer;
}

template <class Real>
SOCKRIG_INTO_EXPORT int select_with(Call call, int count, fd_set* r, fd_set* w, fd_set* e, std::int64_t timeout,
                                    const sigset_t* mask, Real real_call) {
  const std::size_t size = count < 0 ? 0 : (static_cast<std::size_t>(count) + 63) / 64 * 8;
  if (!active() || size > max_descriptors / 8) return real_call();
  char* space = static_cast<char*>(__builtin_alloca(3 * size + 1));
  const auto at = [=](int i) { return reinterpret_cast<fd_set*>(space + static_cast<std::size_t>(i) * size); };
  const Sets sets{{r, w, e}, {at(0), at(1), at(2)}, size};
  return wait_for(
      call, -1, timeout, mask, real_call,
      [&] {
        timespec none{};
        return select_on_copies(count, sets, &none, nullptr);
      },
      [&](const SignalMask* during) { return select_on_copies(count, sets, nullptr, during); });
}

template <class Real>
SOCKRIG_INTO_EXPORT int epoll_with(Call call, int fd, epoll_event* events, int room, std::int64_t timeout,
                                   const sigset_t* mask, Real real_call) {
  return wait_for(
      call, fd, timeout, mask, real_call,
      [=] { return sys(SYS_epoll_pwait, fd, events, room, 0, nullptr, sizeof(SignalMask)); },
      [=](const SignalMask* during) { return sys(SYS_epoll_pwait, fd, events, room, -1, during, sizeof *during); });
}

}  // namespace

SOCKRIG_EXPORT int poll(pollfd* fds, nfds_t count, int timeout) {
  return poll_with(Call::poll, fds, count, timeout, nullptr, [=] { return real.poll(fds, count, timeout); });
}

SOCKRIG_EXPORT int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  return poll_with(Call::ppoll, fds, count, milliseconds(timeout), mask,
                   [=] { return real.ppoll(fds, count, timeout, mask); });
}

// The fortified calls check the array themselves; only what passes their check is ours.
SOCKRIG_EXPORT int __poll_chk(pollfd* fds, nfds_t count, int timeout, size_t room) {
  if (room / sizeof *fds < count) return active(), real.__poll_chk(fds, count, timeout, room);
  return poll_with(Call::poll, fds, count, timeout, nullptr,
                   [=] { return real.__poll_chk(fds, count, timeout, room); });
}

SOCKRIG_EXPORT int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask, size_t room) {
  if (room / sizeof *fds < count) return active(), real.__ppoll_chk(fds, count, timeout, mask, room);
  return poll_with(Call::ppoll, fds, count, milliseconds(timeout), mask,
                   [=] { return real.__ppoll_chk(fds, count, timeout, mask, room); });
}

SOCKRIG_EXPORT int select(int count, fd_set* __restrict r, fd_set* __restrict w, fd_set* __restrict e,
                          timeval* __restrict timeout) {
  return select_with(Call::select, count, r, w, e, milliseconds(timeout), nullptr,
                     [=] { return real.select(count, r, w, e, timeout); });
}

SOCKRIG_EXPORT int pselect(int count, fd_set* __restrict r, fd_set* __restrict w, fd_set* __restrict e,
                           const timespec* __restrict timeout, const sigset_t* __restrict mask) {
  return select_with(Call::pselect, count, r, w, e, milliseconds(timeout), mask,
                     [=] { return real.pselect(count, r, w, e, timeout, mask); });
}

SOCKRIG_EXPORT int epoll_wait(int fd, epoll_event* events, int room, int timeout) {
  return epoll_with(Call::epoll_wait, fd, events, room, timeout, nullptr,
                    [=] { return real.epoll_wait(fd, events, room, timeout); });
}

SOCKRIG_EXPORT int epoll_pwait(int fd, epoll_event* events, int room, int timeout, const sigset_t* mask) {
  return epoll_with(Call::epoll_pwait, fd, events, room, timeout, mask,
                    [=] { return real.epoll_pwait(fd, events, room, timeout, mask); });
}

SOCKRIG_EXPORT int epoll_pwait2(int fd, epoll_event* events, int room, const timespec* timeout, const sigset_t* mask) {
  return epoll_with(Call::epoll_pwait2, fd, events, room, milliseconds(timeout), mask,
                    [=] { return real.epoll_pwait2(fd, events, room, timeout, mask); });
}

SOCKRIG_EXPORT int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  if (!active()) return real.epoll_ctl(epoll, operation, fd, event);
  const int socket = socket_of(fd);
  if (socket < 0) return real.epoll_ctl(epoll, operation, fd, event);
  Op op{Call::epoll_ctl, Family::option, fd, socket, operation};
  decide(op);
  if (op.done) return static_cast<int>(conclude(op, op.result));
  // An edge may be announced to another thread before the call returns here, so it is noted first.
  const std::uint32_t events = event ? event->events : 0;
  const bool early = operation != EPOLL_CTL_DEL && (events & EPOLLET) != 0;
  const auto note = [&](int what) { note_registration(socket, epoll, fd, what, events, event ? event->data.u64 : 0); };
  const Registration before = registration_of(socket);
  if (early) note(operation);
  const int result = real.epoll_ctl(epoll, operation, fd, event);
  if (result == 0 && !early) note(operation);
  if (result != 0 && early) put_back(socket, before);
  return static_cast<int>(conclude(op, result));
}
