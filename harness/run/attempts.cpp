#include "run/attempts.hpp"

#include <cerrno>
#include <map>
#include <set>
#include <utility>

namespace sockrig {

Attempts attempts_of(std::span<const CallEvent> events) {
  Attempts out;
  std::set<std::int32_t> broken, under_way, given_up;  // sockets
  for (const CallEvent& e : events) {
    if (wire::family_of(e.call) == wire::Family::close && under_way.contains(e.socket)) given_up.insert(e.socket);
    const bool data = wire::family_of(e.call) == wire::Family::recv || wire::family_of(e.call) == wire::Family::send;
    if (data && e.result >= 0) under_way.erase(e.socket);  // so it was made
    if (e.call != wire::Call::connect) continue;
    // Whoever does not wait in connect() is told by poll() and SO_ERROR that it failed: it closes that socket then, and
    // takes another one for the next address.
    under_way.erase(e.socket);
    if (!given_up.empty() && !given_up.contains(e.socket)) out.failed = true;
    if (e.result < 0 && e.error == EINPROGRESS) under_way.insert(e.socket);
    out.made_again = out.made_again || out.failed;
    out.on_same_socket = out.on_same_socket || broken.contains(e.socket);
    // Interrupted, or not waited for: it goes on. And asking again how it went is no further attempt.
    const bool goes_on =
        e.error == EINTR || e.error == EINPROGRESS || e.error == EALREADY || e.error == EISCONN || e.error == EAGAIN;
    if (e.result >= 0 || goes_on) continue;
    out.failed = true;
    broken.insert(e.socket);
  }
  return out;
}

ResultLists result_lists_of(std::span<const CallEvent> events) {
  ResultLists out;
  std::map<std::pair<std::int32_t, std::int64_t>, bool> held;  // (process, list) that was handed out: still held?
  for (const CallEvent& e : events) {
    const std::pair key{e.pid, e.asked};
    if (e.call == wire::Call::getaddrinfo && e.result == 0) {
      ++out.handed_out;
      held[key] = true;
    } else if (e.call == wire::Call::freeaddrinfo) {
      // A child may free its copy of what its parent was given: that list is not its own.
      const auto list = held.find(key);
      if (list == held.end()) continue;
      out.freed_twice = out.freed_twice || !list->second;
      list->second = false;
    }
  }
  for (const auto& [list, still] : held) out.held += still;
  return out;
}

}  // namespace sockrig
