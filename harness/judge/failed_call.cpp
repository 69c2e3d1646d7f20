#include "judge/failed_call.hpp"

#include <string.h>

#include <cerrno>

namespace sockrig {

using wire::Call;
using wire::Family;

std::string error_name(std::int32_t error) {
  const char* name = ::strerrorname_np(error);
  return name != nullptr ? name : "error " + std::to_string(error);
}

bool ends_descriptor(const CallEvent& e) {
  const Family f = wire::family_of(e.call);
  return f == Family::close || f == Family::shutdown;
}

bool beside_the_point(const CallEvent& e) {
  const Family f = wire::family_of(e.call);
  return ends_descriptor(e) || f == Family::option || e.call == Call::freeaddrinfo || e.call == Call::dup;
}

bool is_under_way(const CallEvent& e) {
  return e.call == Call::connect && e.result < 0 && (e.error == EINPROGRESS || e.error == EALREADY);
}

Cause bad_descriptor(const Record& record, const CallEvent& e) {
  const std::string call = named(record, e) + " failed with EBADF: ";
  if (e.fd < 0)
    return {"bad-descriptor", call + std::to_string(e.fd) + " is no descriptor, but the result of a call that failed"};
  const std::string number = "descriptor " + std::to_string(e.fd);
  if (wire::family_of(e.call) == Family::accept)
    return {"listener-closed", call + "the program had closed the listener, " + number};
  return {"bad-descriptor", call + number + " had been closed before"};
}

Cause failed_call(const Record& record, const CallEvent& e, const std::string& then, const std::string& what) {
  if (e.result < 0 && e.error == EBADF) {
    Cause out = bad_descriptor(record, e);
    out.text += "; " + then;
    return out;
  }
  const std::string call = named(record, e) + connection_of(record, e);
  if (e.result == 0) return {"end-of-stream-" + what, call + " returned 0, the end of that stream, and " + then};
  if (e.error == EINTR) {
    // POSIX connect(): after EINTR the connection is made all the same, and calling it again fails with EALREADY.
    const std::string right = e.call == Call::connect ? "the connection goes on being made: wait for it with poll()"
                                                      : "the call is to be made again";
    return {"interrupt-" + what,
            call + " was interrupted by a signal (EINTR), which is no failure: " + right + "; but " + then};
  }
  if (e.error == EAGAIN) {
    const SocketRecord* s = socket_of(record, e);
    const bool timed = s != nullptr && (s->flags & wire::socket_timed_recv) != 0;
    return {"would-block-" + what, call + " had nothing to do yet (EAGAIN" + (timed ? ", after its SO_RCVTIMEO" : "") +
                                       "), which ends nothing, and " + then};
  }
  return {"error-" + what, call + " failed with " + error_name(e.error) + ", and " + then};
}

std::string named(const Record& record, const CallEvent& e) {
  return std::string(wire::name_of(e.call)) + "()" + place_of(record, e);
}

std::string connection_of(const Record& record, const CallEvent& e) {
  const SocketRecord* s = socket_of(record, e);
  if (s == nullptr || (s->flags & wire::socket_listener) != 0) return {};
  const Channel* c = channel_at(record, s->local_port, s->remote_port);
  return c != nullptr ? " on " + c->name : "";
}

std::vector<std::string> failures_to_listen(const Record& record) {
  std::vector<std::string> out;
  constexpr std::size_t enough = 3;
  for (const CallEvent& e : record.events) {
    const bool failed = e.result < 0 && (e.flags & wire::event_injected) == 0;
    if ((e.call == Call::bind || e.call == Call::listen) && failed && out.size() < enough)
      out.push_back(to_string(e) + place_of(record, e));
  }
  return out;
}

}  // namespace sockrig
