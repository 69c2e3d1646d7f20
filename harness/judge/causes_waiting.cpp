// Causes of a standstill: what the program waits for, and who waits for it meanwhile.
#include <algorithm>
#include <set>

#include "judge/causes.hpp"

namespace sockrig {

Unread unread_of(const KernelSocket& s) {
  const bool ended = s.state == TcpState::close_wait || s.state == TcpState::last_ack || s.state == TcpState::closing;
  const bool end = ended && s.receive_queue != 0;
  return {s.receive_queue - (end ? 1 : 0), end};
}

std::string to_string(const Unread& u) {
  if (u.data == 0) return u.end ? "the end of the stream lies unread" : "nothing lies unread";
  return bytes(u.data) +
         (u.data == 1 && !u.end ? " lies"
          : u.end               ? " and the end of the stream lie"
                                : " lie") +
         " unread";
}

namespace {

std::optional<Cause> not_drained(const Observation& o) {
  const Record& r = o.record;
  const bool in_epoll = std::ranges::any_of(
      r.last_look.threads, [](const Waiting& w) { return w.call.starts_with("epoll_") && !w.sleeping; });
  if (!in_epoll) return {};
  for (const Channel& c : r.channels) {
    const KernelSocket* end = subjects_end(o, c);
    if (end == nullptr || end->receive_queue == 0) continue;
    for (const SocketRecord& s : r.sockets) {
      const bool same = s.local_port == end->local_port && s.remote_port == end->remote_port;
      if (!same || (s.flags & (wire::socket_edge_triggered | wire::socket_closed)) != wire::socket_edge_triggered)
        continue;
      return Cause{"edge-not-drained",
                   to_string(unread_of(*end)) + " on " + c.name +
                       ", which is registered edge-triggered (EPOLLET): of what was there already no further event "
                       "comes. Receive until recv() says EAGAIN"};
    }
  }
  return {};
}

// One thread, waiting on one connection, and others have sent what nobody reads.
std::optional<Cause> blocks_others(const Observation& o, const Channel* awaited) {
  const Record& r = o.record;
  if (std::ranges::count_if(r.last_look.threads, waits_for_network) != 1 || o.blocked_on.empty()) return {};
  if (awaited != nullptr && awaited->name == o.blocked_on) return {};
  std::size_t others = 0;
  for (const Channel& c : r.channels) {
    const KernelSocket* end = c.name == o.blocked_on ? nullptr : subjects_end(o, c);
    if (end != nullptr && unread_of(*end).data > 0) ++others;
  }
  if (others == 0) return {};
  const bool sends = is_send_call(o.blocked_call);
  return Cause{sends ? "blocks-others" : "serves-one-at-a-time",
               std::to_string(others) + (others == 1 ? " other connection has" : " other connections have") +
                   " sent something that nobody reads meanwhile"};
}

// It waits to send where the other side waits to be read: neither can go on.
std::optional<Cause> sends_without_reading(const Observation& o) {
  const bool sends = is_send_call(o.blocked_call);
  if (!sends || o.blocked_on.empty()) return {};
  for (const Channel& c : o.record.channels) {
    const KernelSocket* end = c.name == o.blocked_on ? subjects_end(o, c) : nullptr;
    const std::uint32_t unread = end != nullptr ? unread_of(*end).data : 0;
    if (unread == 0) continue;
    return Cause{"sends-without-reading", bytes(unread) + " that came on " + c.name +
                                              " meanwhile lie unread: whoever only sends while the other side sends, "
                                              "too, may wait for ever"};
  }
  return {};
}

const SocketRecord* record_of(const Record& r, const Channel& c) {
  const SocketRecord* found = nullptr;
  for (const SocketRecord& s : r.sockets) {
    if (c.local_port != 0 && s.remote_port == c.local_port && s.local_port == r.port) found = &s;
  }
  return found;
}

// The peer's end of a connection to the server, in the kernel's table.
const KernelSocket* peers_end(const Observation& o, const Channel& c) {
  const auto& sockets = o.record.last_look.sockets;
  const auto found = std::ranges::find_if(sockets, [&](const KernelSocket& s) {
    return c.local_port != 0 && s.local_port == c.local_port && s.remote_port == o.record.port;
  });
  return o.serves && found != sockets.end() ? &*found : nullptr;
}

}  // namespace

std::optional<Cause> cause_of_standstill(const Observation& o, const Channel* awaited) {
  if (auto cause = not_drained(o)) return cause;
  if (auto cause = blocks_others(o, awaited)) return cause;
  if (auto cause = sends_without_reading(o)) return cause;
  return awaited != nullptr ? cause_of_debt(o, *awaited) : std::nullopt;
}

namespace {

// What one connection is owed another one got: more than it ever sent.
std::optional<Cause> sent_to_another(const Observation& o, const Channel& c, const SocketRecord& short_of) {
  if (!o.unseen.none()) return {};
  for (const Channel& other : o.record.channels) {
    const SocketRecord* s = &other == &c || other.source != other.name ? nullptr : record_of(o.record, other);
    if (s == nullptr || s->sent <= other.sent) continue;
    const std::string more = bytes(s->sent - other.sent);
    const KernelSocket* end = peers_end(o, other);
    const bool lies = end != nullptr && other.received == other.sent && unread_of(*end).data == s->sent - other.sent;
    return Cause{"foreign-bytes", "it received all " + bytes(short_of.received) + " of " + c.name + " and sent " +
                                      std::to_string(short_of.sent) + " of them there, while it sent " +
                                      std::to_string(s->sent) + " on " + other.name + ", which had sent " +
                                      std::to_string(other.sent) + ": " + more + " too many" +
                                      (lies ? ", which lie unread there" : "")};
  }
  return {};
}

}  // namespace

// An echo that came short: the program had the bytes, and kept some, or it never took them.
std::optional<Cause> cause_of_debt(const Observation& o, const Channel& c) {
  const SocketRecord* s = record_of(o.record, c);
  if (s == nullptr || c.source != c.name || c.received >= c.due) return {};
  if (s->received != c.sent || s->sent >= s->received) return {};
  // Of a send that had not returned when the program ended, no count is known: what came before the end is all.
  const bool all_came = c.received == s->sent || (c.ended == Ended::end && c.received > s->sent);
  if (!all_came || c.received >= s->received) return {};
  if (auto cause = sent_to_another(o, c, *s)) return cause;
  return Cause{"bytes-owed", "it received all " + bytes(s->received) + " of " + c.name + " and sent " +
                                 std::to_string(c.received) + " of them: it owes " + bytes(s->received - c.received)};
}

// A connection that was not closed although its end came: which process has it open, if another one closed it.
std::optional<Cause> cause_of_open_connection(const Observation& o, const Channel& c) {
  const Record& r = o.record;
  const KernelSocket* end = subjects_end(o, c);
  if (end == nullptr || end->inode == 0) return {};
  // The calls of a second server stand in the same timeline, and it is no child of the first.
  if (std::ranges::any_of(r.steps, [](const StepRecord& s) { return s.actor == ActorKind::second; })) return {};
  std::set<std::int32_t> holders;  // processes
  std::vector<std::int32_t> closers;
  for (const Holder& h : r.holders) {
    if (h.inode == end->inode) holders.insert(h.pid);
  }
  for (const CallEvent& e : r.events) {
    const SocketRecord* s = e.call == wire::Call::close && e.result == 0 ? socket_of(r, e) : nullptr;
    if (s == nullptr) continue;
    if (s->local_port == end->local_port && s->remote_port == end->remote_port) closers.push_back(e.pid);
  }
  if (holders.size() != 1 || r.events.empty()) return {};
  const bool first = *holders.begin() == r.events.front().pid;
  const bool forked = std::ranges::any_of(r.events, [&](const CallEvent& e) { return e.pid != *holders.begin(); });
  const bool other_closed = std::ranges::any_of(closers, [&](std::int32_t pid) { return pid != *holders.begin(); });
  if (!forked || (!other_closed && !first)) return {};
  return Cause{"held-by-other-process",
               std::string(other_closed ? "one process has closed it, but " : "") +
                   (first ? "the process that was started first" : "another one") +
                   " still has it open: after fork() both have the descriptor, and each must close its own"};
}

}  // namespace sockrig
