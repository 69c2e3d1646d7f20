#include "judge/causes.hpp"

#include <csignal>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "judge/failed_call.hpp"
#include "record/attempts.hpp"

namespace sockrig {
namespace {

using wire::Call;
using wire::Family;

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

// A socket that an earlier connect() failed on.
bool on_a_failed_socket(const Record& record, const CallEvent& again) {
  if (again.socket < 0) return false;
  for (const CallEvent& e : record.events) {
    if (&e == &again) return false;
    if (e.socket == again.socket && is_failed_attempt(e)) return true;
  }
  return false;
}

// Whether the program knows what to do after such a failure: it went back to wait between this one and the close, or it
// went on after an earlier one on the same socket. Then it was something else that made it close.
bool goes_on_after(const Record& record, const CallEvent& failed, const CallEvent& closed) {
  const CallEvent* earlier = nullptr;
  for (const CallEvent& e : record.events) {
    if (&e == &closed) break;
    if (&e > &failed && e.tid == failed.tid && wire::family_of(e.call) == Family::wait) return true;
    if (&e >= &failed || e.socket != failed.socket || ends_descriptor(e)) continue;
    if (earlier != nullptr) return true;
    if (e.call == failed.call && e.result < 0 && e.error == failed.error) earlier = &e;
  }
  return earlier != nullptr;
}

std::int32_t last_to_move_data(const Record& record, std::int32_t socket) {
  std::int32_t pid = 0;
  for (const CallEvent& e : record.events) {
    if (e.socket == socket && wire::moves_data(wire::family_of(e.call))) pid = e.pid;
  }
  return pid;
}

// The process that made the call is not the one that was started, made no other after it, and holds no connection now.
bool ended_with(const Record& record, const CallEvent& last) {
  const bool waits_in_call = record.sockets[static_cast<std::size_t>(last.socket)].inside != Call::count;
  const bool holds = std::ranges::any_of(record.holders, [&](const Holder& h) { return h.pid == last.pid; });
  if (last.pid == record.events.front().pid || waits_in_call || holds) return false;
  return std::none_of(&last + 1, record.events.data() + record.events.size(),
                      [&](const CallEvent& e) { return e.pid == last.pid && !ends_descriptor(e); });
}

}  // namespace

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
    const std::int32_t server = last_to_move_data(r, *slot);
    for (const CallEvent& e : r.events) {
      if (e.socket != *slot) continue;
      if (ends_descriptor(e)) {
        if (e.pid == server && closed == nullptr) closed = &e;  // who hands a connection to a child closes its own copy
      } else if (!beside_the_point(e) && closed == nullptr) {
        last = &e;
      }
    }
    const bool nothing_yet = last != nullptr && last->result < 0 && (last->error == EINTR || last->error == EAGAIN);
    if (closed != nullptr && nothing_yet && !goes_on_after(r, *last, *closed))
      return failed_call(r, *last, "the connection was closed", "taken-for-end");
    if (closed == nullptr && nothing_yet && ended_with(r, *last))
      return failed_call(r, *last, "the process that served it made no other call", "taken-for-end");
  }
  constexpr std::uint32_t taken_and_closed = wire::socket_accepted | wire::socket_closed;
  if ((s.flags & taken_and_closed) == taken_and_closed && s.recv_calls == 0 && c.sent > 0)
    return Cause{"closed-unserved", "the server accepted " + c.name + " and closed it without receiving from it"};
  if ((s.flags & wire::socket_closed) != 0 && s.received < c.sent && reset) {
    const std::string closed =
        "it was closed after " + bytes(s.received) + " of the " + std::to_string(c.sent) + " sent to it were received";
    // Who echoes reads to the end of the stream: not how it closed is wrong, but that it did.
    if (o.serves && c.source == c.name && !c.shut)
      return Cause{"ended-early", closed + ", and before " + c.name + " had ended its stream"};
    return Cause{"closed-unread", closed + ": closing with bytes unread resets the connection" +
                                      (s.sent > c.received ? " and destroys what was still on its way back" : "")};
  }
  if ((s.flags & wire::socket_closed) != 0 && c.source == c.name && s.sent < s.received && c.received == s.sent &&
      s.received < c.sent)
    return Cause{"bytes-owed", "it was closed with " + bytes(s.received - s.sent) + " owed: of the " +
                                   std::to_string(c.sent) + " sent to it " + std::to_string(s.received) +
                                   " were received and " + std::to_string(s.sent) + " sent back"};
  return {};
}

namespace {

// What a process did last. Of several threads only one has ended it, while others may have gone on: the first one if
// its last call failed, else the only one whose last call failed. Null if that does not tell.
const CallEvent* last_call_of(const Record& record, std::int32_t pid) {
  std::map<std::int32_t, const CallEvent*> threads;
  const CallEvent* last = nullptr;
  for (const CallEvent& e : record.events) {
    if (e.pid == pid && !beside_the_point(e)) last = threads[e.tid] = &e;
  }
  const auto failed = [](const auto& thread) { return thread.second->result < 0 && !is_under_way(*thread.second); };
  const auto first = threads.find(pid);
  if (first != threads.end() && failed(*first)) return first->second;
  const auto failures = std::ranges::count_if(threads, failed);
  if (failures > 1) return nullptr;
  return failures == 1 ? std::ranges::find_if(threads, failed)->second : last;
}

}  // namespace

std::optional<Cause> cause_of_end(const Observation& o) {
  const Record& r = o.record;
  if (r.events.empty() || r.events_dropped != 0) return {};
  const bool aborted = r.subject_ending && r.subject_ending->by_signal && r.subject_ending->code == SIGABRT;
  if (aborted && result_lists_of(r.events).freed_twice)
    return Cause{"results-freed-twice", "freeaddrinfo() was called twice for one list of getaddrinfo()", true};
  const std::int32_t main = r.events.front().pid;  // the process that was started made the first call
  bool accepts = false;
  for (const CallEvent& e : r.events) accepts = accepts || (e.pid == main && e.call == Call::listen);
  const CallEvent* last = last_call_of(r, main);
  if (last == nullptr || wire::family_of(last->call) == Family::resolve) return {};
  const bool data = wire::moves_data(wire::family_of(last->call));
  const bool told_end = wire::family_of(last->call) == Family::recv && last->result == 0 && last->asked > 0;
  if ((last->result >= 0 && !told_end) || is_under_way(*last)) return {};
  if (last->call == Call::connect && on_a_failed_socket(r, *last))
    return Cause{"failed-socket-used-again",
                 named(r, *last) + " failed with " + error_name(last->error) +
                     " on a socket whose attempt to connect had failed before: what state that leaves it in nobody "
                     "says, so each attempt takes a new socket; that was its last call"};
  if (told_end && !accepts) return {};  // a client ends there
  if (data && socket_of(r, *last) != nullptr && !is_whole(r, last->socket)) return {};
  Cause out = failed_call(r, *last, "that was its last call", "ends-program");
  const bool gone = last->result < 0 && (last->error == EPIPE || last->error == ECONNRESET);
  if (data && gone && (last->flags & wire::event_injected) == 0) out.defect = dead_connection;
  return out;
}

std::optional<Cause> cause_of_refusal(const Observation& o) {
  const Record& r = o.record;
  const CallEvent* closed = nullptr;
  for (const CallEvent& e : r.events) {
    if (e.pid != r.events.front().pid) continue;  // what a child closes is its own copy
    if (e.call == Call::listen) closed = nullptr;
    const SocketRecord* s = e.call == Call::close && e.result >= 0 ? socket_of(r, e) : nullptr;
    if (s != nullptr && (s->flags & wire::socket_listener) != 0) closed = &e;
  }
  if (closed == nullptr) return {};
  return Cause{"listener-closed", named(r, *closed) + " had closed the listener, descriptor " +
                                      std::to_string(closed->fd) + ", where only the connection was to be closed"};
}

// A child that served a connection of its parent's, and then took the next one itself.
std::optional<Cause> cause_of_leak(const Observation& o) {
  const Record& r = o.record;
  const CallEvent* accepts = nullptr;
  std::set<std::int32_t> served, go_on;  // processes
  for (const CallEvent& e : r.events) {
    if (wire::family_of(e.call) == Family::accept && served.contains(e.pid)) {
      accepts = &e;
      go_on.insert(e.pid);
    }
    const SocketRecord* s = wire::moves_data(wire::family_of(e.call)) ? socket_of(r, e) : nullptr;
    if (s != nullptr && (s->flags & wire::socket_accepted) != 0 && s->pid != e.pid) served.insert(e.pid);
  }
  if (accepts == nullptr) return {};
  std::set<std::int32_t> alive;
  for (const Holder& h : r.holders) alive.insert(h.pid);
  return Cause{"child-goes-on",
               (alive.size() > 1 ? "there are " + std::to_string(alive.size()) + " processes, and " : "") +
                   std::to_string(go_on.size()) + (go_on.size() == 1 ? " child" : " children") + " of it called " +
                   named(r, *accepts) +
                   " after serving a connection that the parent had accepted: _exit() is missing where the child is "
                   "done, so it goes on in the parent's loop"};
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
