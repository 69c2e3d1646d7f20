#include "judge/causes.hpp"

#include <string.h>

#include <algorithm>

namespace sockrig {
namespace {

using wire::Call;
using wire::Family;

bool ends_descriptor(const CallEvent& e) {
  const Family f = wire::family_of(e.call);
  return f == Family::close || f == Family::shutdown;
}

// Calls that say nothing of why a program or a connection ended.
bool beside_the_point(const CallEvent& e) {
  const Family f = wire::family_of(e.call);
  return ends_descriptor(e) || f == Family::option || e.call == Call::freeaddrinfo || e.call == Call::dup;
}

std::string error_name(std::int32_t error) {
  const char* name = ::strerrorname_np(error);
  return name != nullptr ? name : "error " + std::to_string(error);
}

// The slot of a connection's socket on the subject's side; the last one, since ports come again.
std::optional<std::int32_t> socket_of(const Record& record, const Channel& c) {
  std::optional<std::int32_t> found;
  for (std::size_t i = 0; i < record.sockets.size(); ++i) {
    const SocketRecord& s = record.sockets[i];
    const bool same = s.remote_port == c.local_port || (s.remote_port == record.port && s.local_port == c.local_port);
    if (c.local_port != 0 && same) found = static_cast<std::int32_t>(i);
  }
  return found;
}

// Whether every call that moved bytes on the socket stands in the timeline.
bool is_whole(const Record& record, std::int32_t socket) {
  std::uint64_t received = 0, sent = 0;
  for (const CallEvent& e : record.events) {
    if (e.socket != socket || e.result <= 0) continue;
    if (wire::family_of(e.call) == Family::recv) received += static_cast<std::uint64_t>(e.result);
    if (wire::family_of(e.call) == Family::send) sent += static_cast<std::uint64_t>(e.result);
  }
  const SocketRecord& s = record.sockets[static_cast<std::size_t>(socket)];
  return received == s.received && sent == s.sent;
}

// A call on what is no descriptor: the number had been closed, or is the -1 of an earlier failure.
Cause bad_descriptor(const Record& record, const CallEvent& e) {
  const std::string call = named(record, e) + " failed with EBADF: ";
  if (e.fd < 0)
    return {"bad-descriptor", call + std::to_string(e.fd) + " is no descriptor, but the result of a call that failed"};
  const std::string number = "descriptor " + std::to_string(e.fd);
  if (wire::family_of(e.call) == Family::accept)
    return {"listener-closed", call + "the program had closed the listener, " + number};
  return {"bad-descriptor", call + number + " had been closed before"};
}

// How a failed call is told.
Cause failed_call(const Record& record, const CallEvent& e, const std::string& then, const char* what) {
  if (e.result < 0 && e.error == EBADF) {
    Cause out = bad_descriptor(record, e);
    out.text += "; " + then;
    return out;
  }
  const std::string call = named(record, e) + connection_of(record, e);
  const std::string suffix = what;
  if (e.result == 0) return {"end-of-stream-" + suffix, call + " returned 0, the end of that stream, and " + then};
  if (e.error == EINTR)
    return {
        "interrupt-" + suffix,
        call + " was interrupted by a signal (EINTR), which is no failure: the call is to be made again; but " + then};
  if (e.error == EAGAIN) {
    const bool known = e.socket >= 0 && static_cast<std::size_t>(e.socket) < record.sockets.size();
    const bool timed =
        known && (record.sockets[static_cast<std::size_t>(e.socket)].flags & wire::socket_timed_recv) != 0;
    return {"would-block-" + suffix, call + " had nothing to do yet (EAGAIN" +
                                         (timed ? ", after its SO_RCVTIMEO" : "") + "), which ends nothing, and " +
                                         then};
  }
  return {"error-" + suffix, call + " failed with " + error_name(e.error) + ", and " + then};
}

}  // namespace

std::string named(const Record& record, const CallEvent& e) {
  return std::string(wire::name_of(e.call)) + "()" + place_of(record, e);
}

std::string connection_of(const Record& record, const CallEvent& e) {
  if (e.socket < 0 || static_cast<std::size_t>(e.socket) >= record.sockets.size()) return {};
  const SocketRecord& s = record.sockets[static_cast<std::size_t>(e.socket)];
  if ((s.flags & wire::socket_listener) != 0) return {};
  const Channel* c = channel_at(record, s.local_port, s.remote_port);
  return c != nullptr ? " on " + c->name : "";
}

std::optional<Cause> cause_of_lost_connection(const Observation& o, const Channel& c) {
  const Record& r = o.record;
  const std::optional<std::int32_t> slot = socket_of(r, c);
  if (!slot) return {};
  const SocketRecord& s = r.sockets[static_cast<std::size_t>(*slot)];
  const bool reset = r.unmet && r.unmet->code == "reset";
  if (reset && (s.flags & wire::socket_linger_zero) != 0 && (s.flags & wire::socket_closed) != 0)
    return Cause{"reset-by-linger",
                 "SO_LINGER was set with 0 seconds: close() then throws away what was not sent yet, and resets"};
  // The last thing that happened on it before it was closed.
  if (is_whole(r, *slot)) {
    const CallEvent* last = nullptr;
    const CallEvent* closed = nullptr;
    for (const CallEvent& e : r.events) {
      if (e.socket != *slot) continue;
      if (ends_descriptor(e)) {
        closed = closed == nullptr ? &e : closed;
      } else if (!beside_the_point(e) && closed == nullptr) {
        last = &e;
      }
    }
    if (closed != nullptr && last != nullptr && last->result < 0 && (last->error == EINTR || last->error == EAGAIN))
      return failed_call(r, *last, "the connection was closed", "taken-for-end");
  }
  constexpr std::uint32_t taken_and_closed = wire::socket_accepted | wire::socket_closed;
  if ((s.flags & taken_and_closed) == taken_and_closed && s.recv_calls == 0 && c.sent > 0)
    return Cause{"closed-unserved", "the server accepted " + c.name + " and closed it without receiving from it"};
  if ((s.flags & wire::socket_closed) != 0 && s.received < c.sent && reset)
    return Cause{"closed-unread", "it was closed after " + bytes(s.received) + " of the " + std::to_string(c.sent) +
                                      " sent to it were received: closing with bytes unread resets the connection and "
                                      "destroys what was still on its way back"};
  return {};
}

std::optional<Cause> cause_of_end(const Observation& o) {
  const Record& r = o.record;
  if (r.events.empty() || r.events_dropped != 0) return {};
  const std::int32_t main = r.events.front().pid;  // the process that was started made the first call
  const CallEvent* last = nullptr;
  bool accepts = false;
  for (const CallEvent& e : r.events) {
    if (e.pid != main || beside_the_point(e)) continue;
    accepts = accepts || wire::family_of(e.call) == Family::listen;
    last = &e;
  }
  if (last == nullptr || wire::family_of(last->call) == Family::resolve) return {};
  const bool data = wire::family_of(last->call) == Family::recv || wire::family_of(last->call) == Family::send;
  const bool told_end = wire::family_of(last->call) == Family::recv && last->result == 0 && last->asked > 0;
  if (last->result >= 0 && !told_end) return {};
  if (told_end && !accepts) return {};  // a client ends there
  if (data && last->socket >= 0 && static_cast<std::size_t>(last->socket) < r.sockets.size() &&
      !is_whole(r, last->socket))
    return {};
  return failed_call(r, *last, "that was its last call", "ends-program");
}

std::optional<Cause> cause_of_spinning(const Observation& o) {
  const Record& r = o.record;
  constexpr std::size_t looked_at = 200, cycle = 8;
  if (r.events.size() < looked_at) return {};
  // The end of the timeline: one failing call, again and again, alone or with few others between.
  const CallEvent* failing = nullptr;
  std::size_t failures = 0;
  for (auto e = r.events.end() - looked_at; e != r.events.end(); ++e) {
    const Family f = wire::family_of(e->call);
    if (e->result > 0 && (f == Family::recv || f == Family::send || f == Family::accept)) return {};  // something moved
    if (e->result >= 0 || e->error == EINTR) continue;
    if (failing != nullptr && (failing->call != e->call || failing->error != e->error)) return {};
    failing = &*e;
    ++failures;
  }
  if (failing == nullptr || failures < looked_at / cycle) return {};
  if (failing->error == EBADF) {
    Cause out = bad_descriptor(r, *failing);
    out.text += "; it is called again at once, over and over";
    return out;
  }
  return Cause{failing->error == EAGAIN ? "busy-waits" : "spins-on-error",
               named(r, *failing) + connection_of(r, *failing) + " fails with " + error_name(failing->error) +
                   " and is called again at once, over and over" +
                   (failing->error == EAGAIN ? ": wait with poll(), select() or epoll until there is something" : "")};
}

std::optional<Cause> cause_of_refusal(const Observation& o) {
  const Record& r = o.record;
  const CallEvent* closed = nullptr;
  for (const CallEvent& e : r.events) {
    if (e.pid != r.events.front().pid) continue;  // what a child closes is its own copy
    if (e.call == Call::listen) closed = nullptr;
    const bool known = e.socket >= 0 && static_cast<std::size_t>(e.socket) < r.sockets.size();
    if (e.call != Call::close || e.result < 0 || !known) continue;
    if ((r.sockets[static_cast<std::size_t>(e.socket)].flags & wire::socket_listener) != 0) closed = &e;
  }
  if (closed == nullptr) return {};
  return Cause{"listener-closed", named(r, *closed) + " had closed the listener, descriptor " +
                                      std::to_string(closed->fd) + ", where only the connection was to be closed"};
}

std::optional<Cause> cause_of_sigpipe(const Observation& o) {
  for (const SocketRecord& s : o.record.sockets) {
    if (s.inside == Call::count || wire::family_of(s.inside) != Family::send) continue;
    const Channel* c = channel_at(o.record, s.local_port, s.remote_port);
    return Cause{"killed-by-sigpipe", " in " + std::string(wire::name_of(s.inside)) + "()" +
                                          place_of(o.record, s.image, s.caller) +
                                          (c != nullptr ? " on " + c->name : "")};
  }
  return {};
}

std::optional<Cause> cause_of_silence(const Observation& o) {
  const Record& r = o.record;
  const CallEvent* failed = nullptr;
  bool reuse_since = false;  // SO_REUSEADDR asked for on the socket that then failed to bind
  for (const CallEvent& e : r.events) {
    constexpr std::int64_t reuse_address = 2;  // SO_REUSEADDR on Linux
    if (e.call == Call::setsockopt && e.asked == reuse_address && e.result == 0) reuse_since = true;
    if (e.call == Call::socket) reuse_since = false;
    if (e.call == Call::bind) failed = e.result < 0 && e.error == EADDRINUSE && !reuse_since ? &e : nullptr;
  }
  // Against another program that listens there it would not have helped; against TIME_WAIT it does.
  const bool waited_for = std::ranges::any_of(
      r.steps, [](const StepRecord& s) { return s.verb == StepVerb::time_wait && s.outcome == StepOutcome::met; });
  if (failed == nullptr || !waited_for) return {};
  const std::string call = named(r, *failed) + " failed with EADDRINUSE";
  const bool late = std::ranges::any_of(
      r.sockets, [](const SocketRecord& s) { return (s.flags & wire::socket_reuse_after_bind) != 0; });
  if (late)
    return Cause{"reuseaddr-after-bind",
                 call + ": SO_REUSEADDR was set after bind(), where it has no effect on that bind() any more"};
  return Cause{"reuseaddr-missing", call + ": SO_REUSEADDR was not set on that socket before it"};
}

}  // namespace sockrig
