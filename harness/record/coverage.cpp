#include "record/coverage.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace sockrig {
namespace {

struct Seen {
  std::uint64_t received = 0, sent = 0;
};

Seen seen_on(const Channel& c, const std::vector<SocketRecord>& sockets) {
  Seen sum;
  for (const SocketRecord& s : sockets) {
    const auto is_its = [&](std::uint16_t port) { return port == s.remote_port || port == s.local_port; };
    if (!is_its(c.local_port) && std::ranges::none_of(c.earlier_ports, is_its)) continue;
    sum.received += s.received;
    sum.sent += s.sent;
  }
  return sum;
}

// What came out of the program as an echo of a connection had come in before: the most of it, by connection.
std::map<std::string_view, std::uint64_t> echoed_from(const std::vector<Channel>& channels) {
  std::map<std::string_view, std::uint64_t> out;
  for (const Channel& c : channels) {
    if (c.lines) continue;
    std::uint64_t& most = out[c.source];
    most = std::max(most, std::min(c.received, c.differs_at.value_or(c.received)));
  }
  return out;
}

void note(std::string& out, const Channel& c, const char* did, std::uint64_t least, std::uint64_t seen) {
  if (least > seen && out.empty())
    out = "on " + c.name + " it " + did + " at least " + bytes(least) + ", and " + std::to_string(seen) + " were seen";
}

}  // namespace

Unseen unseen_bytes(const std::vector<Channel>& channels, const std::vector<SocketRecord>& sockets) {
  Unseen out;
  const std::map<std::string_view, std::uint64_t> echoed = echoed_from(channels);
  for (const Channel& c : channels) {
    if (c.local_port == 0) continue;
    const Seen seen = seen_on(c, sockets);
    const auto echo = echoed.find(c.name);
    std::uint64_t least = echo == echoed.end() ? 0 : echo->second;
    // What an earlier connection of that name took with it is not known.
    if (c.on_the_way && c.earlier_ports.empty() && c.sent > *c.on_the_way)
      least = std::max(least, c.sent - *c.on_the_way);
    note(out.received, c, "received", least, seen.received);
    note(out.sent, c, "sent", c.received, seen.sent);
  }
  return out;
}

std::optional<std::uint64_t> bytes_on_the_way(std::uint16_t connection_port, std::uint16_t service_port,
                                              const std::vector<KernelSocket>& sockets) {
  const KernelSocket *local = nullptr, *remote = nullptr;
  for (const KernelSocket& s : sockets) {
    const bool live = s.state == TcpState::established || s.state == TcpState::close_wait ||
                      s.state == TcpState::fin_wait1 || s.state == TcpState::fin_wait2;
    if (!live) continue;
    if (s.local_port == connection_port && s.remote_port == service_port) local = &s;
    if (s.local_port == service_port && s.remote_port == connection_port) remote = &s;
  }
  if (local == nullptr || remote == nullptr) return std::nullopt;
  // Which of the two is the peer's is not asked: to count both queues of both can only be too much.
  return std::uint64_t{local->send_queue} + remote->send_queue + local->receive_queue + remote->receive_queue;
}

}  // namespace sockrig
