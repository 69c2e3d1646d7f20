#include "run/endpoint.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <stdexcept>

namespace sockrig {
namespace {

constexpr std::size_t window_bytes = 4096;
std::array<unsigned char, 256 << 10> scratch;  // one thread, one scenario: a single buffer serves all

void set_option(int fd, int level, int name, int value, const char* what) {
  check(what, ::setsockopt(fd, level, name, &value, sizeof value));
}

void set_buffers(int fd, std::uint64_t receive_buffer, std::uint64_t send_buffer) {
  // Linux doubles the value for its own bookkeeping (socket(7)); what is asked for is what the script says.
  if (receive_buffer != 0)
    set_option(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(receive_buffer), "setsockopt(SO_RCVBUF)");
  if (send_buffer != 0) set_option(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(send_buffer), "setsockopt(SO_SNDBUF)");
}

void use_socket(Endpoint& e, Descriptor socket) {
  e.socket = std::move(socket);
  e.input = e.output = e.socket.get();
  e.connected = true;
  set_option(e.input, IPPROTO_TCP, TCP_NODELAY, 1, "setsockopt(TCP_NODELAY)");
}

// Connections of one name follow each other; what they move is counted together.
void keep_earlier_port(Channel& c) {
  if (c.local_port != 0) c.earlier_ports.push_back(c.local_port);
}

void note_local_port(Endpoint& e) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  check("getsockname", ::getsockname(e.socket.get(), reinterpret_cast<sockaddr*>(&address), &size));
  keep_earlier_port(e.channel);
  e.channel.local_port = ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

sockaddr_in6 loopback_v6(std::uint16_t port) {
  sockaddr_in6 a{};
  a.sin6_family = AF_INET6;
  a.sin6_port = htons(port);
  a.sin6_addr = in6addr_loopback;
  return a;
}

template <typename Address>
Descriptor listener(const Address& address, int family, std::uint64_t receive_buffer, std::uint64_t send_buffer) {
  Descriptor s(check("socket", ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
  set_option(s.get(), SOL_SOCKET, SO_REUSEADDR, 1, "setsockopt(SO_REUSEADDR)");
  set_buffers(s.get(), receive_buffer, send_buffer);
  check("bind", ::bind(s.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
  check("listen", ::listen(s.get(), 1024));
  return s;
}

// Compares what came with what was expected, and keeps the first bytes that differ.
void compare(Channel& c, std::span<const unsigned char> got) {
  if (!c.differs_at && c.source.empty() && !c.lines) c.differs_at = c.received;  // nothing at all was expected
  std::size_t good = got.size();
  if (!c.differs_at) {
    if (c.lines) {
      // The first byte says where the ring begins, and the first wrap how large it is.
      if (c.received == 0) c.expected.key = got[0];
      const auto first = static_cast<unsigned char>(c.expected.key & 0xff);
      auto smaller = static_cast<int>(c.expected.key >> 8);
      good = agree_rotating_lines(c.received, first, largest_ring - smaller, got);
      while (good < got.size() && largest_ring - smaller > smallest_ring) {
        const std::size_t more =
            agree_rotating_lines(c.received + good, first, largest_ring - ++smaller, got.subspan(good));
        if (more == 0) continue;
        good += more;
        c.expected.key = first | static_cast<std::uint64_t>(smaller) << 8;
      }
    } else {
      good = agree(c.expected, c.received, got);
    }
    if (good < got.size()) c.differs_at = c.received + good;
  } else {
    good = 0;
  }
  if (c.differs_at && c.window.size() < window_bytes) {
    const auto rest = got.subspan(good).first(std::min(got.size() - good, window_bytes - c.window.size()));
    c.window.append(reinterpret_cast<const char*>(rest.data()), rest.size());
  }
  c.received += got.size();
}

}  // namespace

sockaddr_in loopback_v4(std::uint16_t port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(port);
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

void Endpoint::note(PeerAct act, std::uint64_t offset, std::uint64_t bytes, std::string_view text) const {
  if (journal != nullptr) journal->move(channel, act, offset, bytes, text);
}

void Endpoint::shut_down() {
  ::shutdown(socket.get(), SHUT_WR);
  channel.shut = true;
  note(PeerAct::shut_down);
}

Moved Endpoint::send_until(std::uint64_t limit, bool one_by_one) {
  Channel& c = channel;
  if (c.sent >= limit) return Moved::nothing;
  const std::size_t n =
      one_by_one ? 1 : static_cast<std::size_t>(std::min<std::uint64_t>(limit - c.sent, scratch.size()));
  fill(c.outgoing, c.sent, std::span(scratch).first(n));
  const ssize_t put =
      socket ? ::send(output, scratch.data(), n, MSG_NOSIGNAL | MSG_DONTWAIT) : ::write(output, scratch.data(), n);
  if (put > 0) {
    c.sent += static_cast<std::uint64_t>(put);
    note(PeerAct::sent, c.sent - static_cast<std::uint64_t>(put), static_cast<std::uint64_t>(put));
    return Moved::something;
  }
  if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) return Moved::nothing;
  note(PeerAct::turned_off, c.sent);
  return Moved::refused;
}

Moved Endpoint::receive(std::size_t most) {
  if (channel.ended != Ended::no || input < 0) return Moved::refused;
  const ssize_t got = ::read(input, scratch.data(), std::min(most, scratch.size()));
  if (got > 0) {
    compare(channel, std::span(scratch).first(static_cast<std::size_t>(got)));
    note(PeerAct::received, channel.received - static_cast<std::uint64_t>(got), static_cast<std::uint64_t>(got));
    return Moved::something;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Moved::nothing;
  channel.ended = got == 0 && !broken ? Ended::end : Ended::reset;
  note(channel.ended == Ended::end ? PeerAct::met_end : PeerAct::met_reset, channel.received);
  return Moved::something;
}

void begin_connect(Endpoint& e, std::uint16_t port, std::uint64_t receive_buffer, std::uint64_t send_buffer,
                   const std::string& to) {
  Descriptor s(check("socket", ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
  set_buffers(s.get(), receive_buffer, send_buffer);
  sockaddr_in address = loopback_v4(port);
  if (!to.empty() && ::inet_pton(AF_INET, to.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("no address: " + to);
  const int result = ::connect(s.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result < 0 && errno != EINPROGRESS && errno != ECONNREFUSED) check("connect", result);
  e.channel.ended = Ended::no;
  e.channel.shut = false;
  use_socket(e, std::move(s));
  e.connected = e.broken = e.was_reset = false;
  e.told_of_end.reset();
  note_local_port(e);
  e.note(PeerAct::connects);
}

std::string finish_connect(Endpoint& e) {
  int error = 0;
  socklen_t size = sizeof error;
  check("getsockopt(SO_ERROR)", ::getsockopt(e.socket.get(), SOL_SOCKET, SO_ERROR, &error, &size));
  // Whoever answers a SYN with a reset refuses; any later reset ends a connection that had been made.
  e.broken = error == ECONNRESET || error == EPIPE;
  if (e.broken) error = 0;
  sockaddr_storage other{};
  size = sizeof other;
  if (error == 0 && !e.broken && ::getpeername(e.socket.get(), reinterpret_cast<sockaddr*>(&other), &size) != 0)
    error = ECONNREFUSED;
  e.connected = error == 0;
  e.note(e.connected ? PeerAct::connected : PeerAct::refused);
  return error == 0 ? std::string() : std::strerror(error);
}

Listeners listen_on_loopback(const std::string& address, std::uint16_t port, std::uint64_t receive_buffer,
                             std::uint64_t send_buffer) {
  Listeners out;
  sockaddr_in v4 = loopback_v4(port);
  if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    out.v4 = listener(v4, AF_INET, receive_buffer, send_buffer);
    return out;
  }
  if (!address.empty()) {
    out.v6 = listener(loopback_v6(port), AF_INET6, receive_buffer, send_buffer);
    return out;
  }
  out.v4 = listener(loopback_v4(port), AF_INET, receive_buffer, send_buffer);
  try {
    out.v6 = listener(loopback_v6(port), AF_INET6, receive_buffer, send_buffer);
  } catch (const std::system_error&) {
    // No IPv6 here: the subject has no IPv6 address to try either.
  }
  return out;
}

bool accept_into(const Listeners& listeners, Endpoint& e) {
  for (const Descriptor* l : {&listeners.v4, &listeners.v6}) {
    if (!*l) continue;
    Descriptor s(::accept4(l->get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!s && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)) continue;
    check("accept", s.get());  // ours to fail, never the subject's
    sockaddr_storage other{};
    socklen_t size = sizeof other;
    e.channel.ended = Ended::no;
    e.channel.shut = false;
    use_socket(e, std::move(s));
    if (::getpeername(e.socket.get(), reinterpret_cast<sockaddr*>(&other), &size) == 0) {
      keep_earlier_port(e.channel);
      // The subject's port tells its connections apart: on the peer's side they all have the listener's.
      e.channel.local_port = ntohs(other.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(other).sin6_port
                                                               : reinterpret_cast<sockaddr_in&>(other).sin_port);
    }
    e.note(PeerAct::accepted);
    return true;
  }
  return false;
}

void acknowledge(const Endpoint& e) {
  const int now = 1;
  if (e.socket) ::setsockopt(e.socket.get(), IPPROTO_TCP, TCP_QUICKACK, &now, sizeof now);
}

void close_in_peace(Endpoint& e) {
  if (!e.socket) return;
  if (!e.channel.shut) e.shut_down();
  // A sender that never stops is cut off after a while, as any client that leaves would do.
  for (int i = 0; i < 8 && e.receive(scratch.size()) == Moved::something && e.channel.ended == Ended::no; ++i) {
  }
  e.socket.reset();
  e.input = e.output = -1;
  e.note(PeerAct::closed);
}

void reset(Endpoint& e) {
  const linger at_once{1, 0};
  ::setsockopt(e.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  e.socket.reset();
  e.input = e.output = -1;
  e.channel.shut = e.was_reset = true;
  e.note(PeerAct::reset);
}

}  // namespace sockrig
