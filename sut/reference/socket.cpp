#include "socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sockrig {
namespace {

// A signal handler may run while a call waits, and the call then fails with EINTR although nothing
// is wrong. (Not for connect and close, which are not simply done again: see there.)
template <typename Call>
auto uninterrupted(Call call) {
  decltype(call()) result;
  do result = call();
  while (result == -1 && errno == EINTR);
  return result;
}

// The list that getaddrinfo made, freed exactly once on every way out.
using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses resolve(const std::string& host, const std::string& service) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
  if (code == EAI_SYSTEM) check("resolve " + host + ":" + service, -1);
  if (code != 0) throw std::runtime_error("resolve " + host + ":" + service + ": " + gai_strerror(code));
  return {list, &freeaddrinfo};
}

std::string name_of(const addrinfo& address) {
  char host[NI_MAXHOST], service[NI_MAXSERV];
  if (getnameinfo(address.ai_addr, address.ai_addrlen, host, sizeof host, service, sizeof service,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  std::string name = host;
  if (address.ai_family == AF_INET6) name.insert(0, 1, '[').append(1, ']');
  return name.append(1, ':').append(service);
}

Socket make_socket(const addrinfo& address, int flags) {
  const int type = address.ai_socktype | SOCK_CLOEXEC | flags;
  return Socket(static_cast<int>(
      check("socket for " + name_of(address), ::socket(address.ai_family, type, address.ai_protocol))));
}

void wait_for(int descriptor, short events) {
  pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
  check("poll", uninterrupted([&] { return ::poll(&waiting, 1, -1); }));
}

int pending_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  check("getsockopt", ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size));
  return error;
}

Socket connect_to_address(const addrinfo& address) {
  Socket socket = make_socket(address, 0);
  int error = ::connect(socket.descriptor(), address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINTR) {  // The request lives on (POSIX, connect()): wait for its outcome.
    wait_for(socket.descriptor(), POLLOUT);
    error = pending_error(socket.descriptor());
  }
  if (error != 0) throw std::system_error(error, std::generic_category(), "connect " + name_of(address));
  return socket;
}

Socket listen_on_address(const addrinfo& address) {
  Socket socket = make_socket(address, SOCK_NONBLOCK);
  const int yes = 1;
  // Before bind, or it is of no use: connections of an earlier run may wait in TIME_WAIT on the port.
  check("setsockopt", ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
  if (address.ai_family == AF_INET6)  // The IPv4 addresses of a host get listeners of their own.
    check("setsockopt", ::setsockopt(socket.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes));
  check("bind " + name_of(address), ::bind(socket.descriptor(), address.ai_addr, address.ai_addrlen));
  check("listen " + name_of(address), ::listen(socket.descriptor(), SOMAXCONN));
  return socket;
}

bool same_address(const addrinfo& a, const addrinfo& b) {
  return a.ai_addrlen == b.ai_addrlen && std::memcmp(a.ai_addr, b.ai_addr, a.ai_addrlen) == 0;
}

// An address that this machine does not have, such as ::1 where there is no IPv6.
bool is_not_ours(const std::system_error& error) {
  return error.code().value() == EADDRNOTAVAIL || error.code().value() == EAFNOSUPPORT;
}

// accept(2): trouble of the one connection that was next, or none at all. The next one may be fine.
bool concerns_one_client(int error) {
  constexpr int harmless[] = {EAGAIN, EWOULDBLOCK, EINTR,     ECONNABORTED, EPROTO,     EPERM,       ENETDOWN,
                              ENONET, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, ETIMEDOUT};
  return std::ranges::find(harmless, error) != std::end(harmless);
}

}  // namespace

long check(const std::string& what, long result) {
  if (result == -1) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  Socket taken(std::move(other));  // Through a third one, so that moving to oneself is harmless.
  std::swap(descriptor_, taken.descriptor_);
  return *this;
}

Socket Socket::connect_to(const std::string& host, const std::string& service) {
  const Addresses addresses = resolve(host, service);
  for (const addrinfo* address = addresses.get();; address = address->ai_next) {
    try {
      return connect_to_address(*address);  // A new socket each: after a failure the old one is of no use.
    } catch (const std::system_error&) {
      if (address->ai_next == nullptr) throw;
    }
  }
}

std::vector<Socket> Socket::listen_on(const std::string& host, const std::string& service) {
  const Addresses addresses = resolve(host, service);
  std::vector<Socket> listeners;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const addrinfo* first = addresses.get();  // A hosts file may name the same address twice.
    while (!same_address(*first, *address)) first = first->ai_next;
    if (first != address) continue;
    try {
      listeners.push_back(listen_on_address(*address));
    } catch (const std::system_error& error) {
      const bool last_hope = address->ai_next == nullptr && listeners.empty();
      if (!is_not_ours(error) || last_hope) throw;
    }
  }
  return listeners;
}

std::optional<Socket> Socket::accept() {
  const int connection = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection == -1 && concerns_one_client(errno)) return std::nullopt;
  return Socket(static_cast<int>(check("accept", connection)));
}

std::size_t Socket::receive_some(std::span<char> buffer) {
  const auto receive = [&] { return ::recv(descriptor_, buffer.data(), buffer.size(), 0); };
  return static_cast<std::size_t>(check("receive", uninterrupted(receive)));
}

void Socket::send_all(std::span<const char> bytes) {
  while (!bytes.empty()) {  // The kernel may take less than it was offered.
    const auto send = [&] { return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
    bytes = bytes.subspan(static_cast<std::size_t>(check("send", uninterrupted(send))));
  }
}

void Socket::end_sending() {
  check("shutdown", ::shutdown(descriptor_, SHUT_WR));
}

void Socket::end_both() noexcept {
  ::shutdown(descriptor_, SHUT_RDWR);
}

void Socket::break_off() noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

int Socket::wait_for_end() {
  wait_for(descriptor_, 0);  // POLLHUP and POLLERR are reported without being asked for.
  return pending_error(descriptor_);
}

void Socket::close() noexcept {
  // Not repeated after EINTR: Linux has freed the number by then, and another thread may own it now.
  if (descriptor_ != -1) ::close(std::exchange(descriptor_, -1));
}

}  // namespace sockrig
