#include "run/port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <sstream>
#include <string>
#include <utility>

#include "run/proc.hpp"
#include "wire/wire.hpp"

namespace sockrig {
namespace {

constexpr std::uint64_t attempts = 20000;

std::uint16_t candidate(std::uint64_t seed) {
  return static_cast<std::uint16_t>(15000 + wire::mix(seed) % 15000);
}

bool can_be_swapped(std::uint16_t port) {
  const std::uint16_t swapped = htons(port);
  return swapped != port && swapped >= 1024;
}

struct Range {
  unsigned first = 0, last = 0;
  bool holds(std::uint16_t port) const { return first <= port && port <= last; }
};

Range ports_of_clients() {
  Range out;
  std::istringstream(read_file("/proc/sys/net/ipv4/ip_local_port_range")) >> out.first >> out.last;
  return out;
}

bool is_free(int family, std::uint16_t port) {
  const Descriptor s(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!s && errno == EAFNOSUPPORT) return true;
  check("socket", s.get());
  sockaddr_in6 any{};  // every address of the family is the zero one, and the port stands at the same place in both
  any.sin6_family = static_cast<sa_family_t>(family);
  any.sin6_port = htons(port);
  return ::bind(s.get(), reinterpret_cast<const sockaddr*>(&any),
                family == AF_INET ? sizeof(sockaddr_in) : sizeof any) == 0 ||
         errno == EADDRNOTAVAIL;
}

bool is_free(std::uint16_t port) {
  return is_free(AF_INET, port) && is_free(AF_INET6, port);
}

// The port and its swapped one have one name between them, which only one socket of a network can have (unix(7),
// abstract): it goes when its owner does.
Descriptor claim(std::uint16_t port) {
  const std::string name = "sockrig port " + std::to_string(std::min<std::uint16_t>(port, htons(port)));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  Descriptor out(check("socket", ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int bound = ::bind(out.get(), reinterpret_cast<const sockaddr*>(&address), size);
  if (bound == 0) return out;
  if (errno != EADDRINUSE) check("bind of the claim to a port", bound);
  return {};
}

}  // namespace

ChosenPort choose_port(std::uint64_t seed) {
  while (!can_be_swapped(candidate(seed))) ++seed;
  return {candidate(seed), {}};
}

ChosenPort choose_port_among_others(std::uint64_t seed) {
  // Runs of the same seed beside this one need not try the same ports one after another.
  seed ^= wire::mix(static_cast<std::uint64_t>(::getpid()));
  const Range clients = ports_of_clients();
  for (std::uint64_t i = 0; i < attempts; ++i) {
    const std::uint16_t port = candidate(seed + i), swapped = htons(port);
    const bool apart = !clients.holds(port) && !clients.holds(swapped);
    // Where the clients' range leaves nothing, what is free now has to do.
    if (!can_be_swapped(port) || (!apart && i < attempts / 2) || !is_free(port) || !is_free(swapped)) continue;
    if (Descriptor claimed = claim(port)) return {port, std::move(claimed)};
  }
  errno = EADDRINUSE;
  check("bind to a free port", -1);
  return {};
}

}  // namespace sockrig
