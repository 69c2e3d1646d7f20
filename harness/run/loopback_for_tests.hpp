// Connections over loopback for tests, on ports that the kernel chose: tests may run side by side.
//
// Decides nothing; it must never use a port of its own choice.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "run/check.hpp"

namespace sockrig {

// Empty if the machine has no such family.
inline Descriptor loopback_listener(std::uint16_t& port, int backlog = 16, int family = AF_INET) {
  Descriptor s(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage address{};
  socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  address.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET)
    reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  else
    reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
  if (!s || ::bind(s.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) return {};
  check("listen", ::listen(s.get(), backlog));
  check("getsockname", ::getsockname(s.get(), reinterpret_cast<sockaddr*>(&address), &size));
  port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                                 : reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return s;
}

inline Descriptor loopback_connect(std::uint16_t port) {
  Descriptor s(check("socket", ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check("connect", ::connect(s.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
  return s;
}

struct Pair {
  Descriptor client, server;
};
inline Pair loopback_pair() {
  std::uint16_t port = 0;
  const Descriptor listener = loopback_listener(port);
  Pair out;
  out.client = loopback_connect(port);
  out.server = Descriptor(check("accept", ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)));
  return out;
}

}  // namespace sockrig
