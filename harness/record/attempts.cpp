#include "record/attempts.hpp"

#include <cerrno>
#include <map>
#include <set>
#include <utility>

namespace sockrig {

bool is_failed_attempt(const CallEvent& e) {
  const bool goes_on =
      e.error == EINTR || e.error == EINPROGRESS || e.error == EALREADY || e.error == EISCONN || e.error == EAGAIN;
  return e.call == wire::Call::connect && e.result < 0 && !goes_on;
}

Attempts attempts_of(std::span<const CallEvent> events) {
  Attempts out;
  std::set<std::int32_t> broken, under_way, given_up;  // sockets
  for (const CallEvent& e : events) {
    if (wire::family_of(e.call) == wire::Family::close && under_way.contains(e.socket)) given_up.insert(e.socket);
    if (wire::moves_data(wire::family_of(e.call)) && e.result >= 0) under_way.erase(e.socket);  // so it was made
    if (e.call != wire::Call::connect) continue;
    // Whoever does not wait in connect() is told by poll() and SO_ERROR that it failed: it closes that socket then, and
    // takes another one for the next address.
    under_way.erase(e.socket);
    if (!given_up.empty() && !given_up.contains(e.socket)) out.failed = true;
    if (e.result < 0 && e.error == EINPROGRESS) under_way.insert(e.socket);
    out.made_again = out.made_again || out.failed;
    out.on_same_socket = out.on_same_socket || broken.contains(e.socket);
    if (!is_failed_attempt(e)) continue;
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
