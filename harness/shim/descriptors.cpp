#include "shim/descriptors.hpp"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "shim/region.hpp"
#include "shim/sys.hpp"

namespace sockrig::shim {

constinit std::atomic<std::int32_t> descriptors[max_descriptors]{};

namespace {

constinit std::atomic<std::uint32_t> references[wire::max_sockets]{};  // descriptors of this process per socket
constinit Edge edges[wire::max_sockets]{};

bool ask(int fd, int option, void* value, socklen_t size) {
  return sys(SYS_getsockopt, fd, SOL_SOCKET, option, value, &size) == 0;
}

// 0 if the kernel does not tell (Linux < 4.12).
std::uint64_t cookie_of(int fd) {
  std::uint64_t cookie = 0;
  return ask(fd, SO_COOKIE, &cookie, sizeof cookie) ? cookie : 0;
}

int find_cookie(std::uint64_t cookie) {
  std::uint32_t count = region->socket_count.load(std::memory_order_acquire);
  if (count > wire::max_sockets) count = wire::max_sockets;
  for (std::uint32_t i = 0; i < count; ++i)
    if (region->sockets[i].cookie.load(std::memory_order_acquire) == cookie) return static_cast<int>(i);
  return -1;
}

int claim_socket(int fd, std::uint64_t cookie) {
  if (region->socket_count.load(std::memory_order_relaxed) >= wire::max_sockets) return -1;
  const std::uint32_t index = region->socket_count.fetch_add(1, std::memory_order_acq_rel);
  if (index >= wire::max_sockets) return -1;
  wire::Socket& socket = region->sockets[index];
  socket.pid = here.pid;
  socket.fd = fd;
  socket.birth = here.births.fetch_add(1, std::memory_order_relaxed);
  if (cookie == 0) cookie = std::uint64_t{1} << 63 | index;
  socket.cookie.store(cookie, std::memory_order_release);
  return static_cast<int>(index);
}

bool is_tcp(int fd, bool& is_open) {
  int type = 0, domain = 0, protocol = 0;
  socklen_t size = sizeof type;
  const long answer = sys(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size);
  is_open = answer != -9;  // EBADF
  return answer == 0 && type == SOCK_STREAM && ask(fd, SO_DOMAIN, &domain, sizeof domain) &&
         (domain == AF_INET || domain == AF_INET6) && ask(fd, SO_PROTOCOL, &protocol, sizeof protocol) &&
         (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

}  // namespace

int classify(int fd, std::uint32_t flags, bool is_new) {
  if (static_cast<unsigned>(fd) >= max_descriptors) return -1;
  bool is_open = true;
  if (!is_tcp(fd, is_open)) {
    if (is_open) descriptors[fd].store(not_a_socket, std::memory_order_relaxed);
    return -1;
  }
  const std::uint64_t cookie = cookie_of(fd);
  int slot = is_new || cookie == 0 ? -1 : find_cookie(cookie);
  const bool brought_along = !is_new && slot < 0;
  if (slot < 0) slot = claim_socket(fd, cookie);
  if (slot < 0) {
    descriptors[fd].store(not_a_socket, std::memory_order_relaxed);
    return -1;
  }
  int listens = 0;
  if (ask(fd, SO_ACCEPTCONN, &listens, sizeof listens) && listens) flags |= wire::socket_listener;
  if (sys(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) flags |= wire::socket_non_blocking;
  set_flag(slot, flags);
  set_flag(slot, wire::socket_closed, false);
  if (brought_along) number_if_connected(slot, fd);
  references[slot].fetch_add(1, std::memory_order_relaxed);
  descriptors[fd].store(slot + 1, std::memory_order_relaxed);
  return slot;
}

void forget(int fd) {
  if (static_cast<unsigned>(fd) >= max_descriptors) return;
  std::int32_t entry = descriptors[fd].load(std::memory_order_relaxed);
  do {
    if (entry == 0 || entry == was_a_socket) return;
  } while (!descriptors[fd].compare_exchange_weak(entry, entry > 0 ? was_a_socket : 0, std::memory_order_relaxed));
  if (entry <= 0) return;
  Edge& edge = edges[entry - 1];
  if (edge.epoll.load(std::memory_order_relaxed) != 0 && edge.fd == fd && !edge.several)
    edge.epoll.store(0, std::memory_order_relaxed);
  if (references[entry - 1].fetch_sub(1, std::memory_order_relaxed) == 1) set_flag(entry - 1, wire::socket_closed);
}

namespace {

// Whoever closes so many numbers in a row closes all that there may be, open or not, and means no descriptor by it.
constexpr int sweep_length = 8;

struct Sweep {
  int last = -2;
  int step = 0;     // 1 upwards, -1 downwards
  int length = 1;   // numbers in a row so far
  int counted = 0;  // of these, in closed_twice
};
__thread Sweep sweep;

}  // namespace

void note_close(int fd, int result) {
  if (fd < 0) return;
  const int error = errno;
  const int step = fd - sweep.last;
  if ((step == 1 || step == -1) && (sweep.length == 1 || step == sweep.step)) {
    ++sweep.length;
    sweep.step = step;
  } else {
    sweep.length = 1;
    sweep.counted = 0;
  }
  sweep.last = fd;
  if (result < 0 && error == EBADF && is_closed_socket(fd)) {
    if (sweep.length < sweep_length) ++sweep.counted;
    if (sweep.length < sweep_length) region->closed_twice.fetch_add(1, std::memory_order_relaxed);
  }
  if (sweep.length >= sweep_length && sweep.counted > 0) {
    region->closed_twice.fetch_sub(sweep.counted, std::memory_order_relaxed);
    sweep.counted = 0;
  }
}

void note_other_use(int fd) {
  std::int32_t entry = was_a_socket;
  if (static_cast<unsigned>(fd) < max_descriptors) descriptors[fd].compare_exchange_strong(entry, 0);
}

void forget_range(unsigned first, unsigned last) {
  if (last >= max_descriptors) last = max_descriptors - 1;
  for (unsigned fd = first; fd <= last; ++fd) forget(static_cast<int>(fd));
}

void copy(int from, int to) {
  if (static_cast<unsigned>(from) >= max_descriptors || static_cast<unsigned>(to) >= max_descriptors) return;
  forget(to);
  const std::int32_t entry = descriptors[from].load(std::memory_order_relaxed);
  if (entry > 0) references[entry - 1].fetch_add(1, std::memory_order_relaxed);
  descriptors[to].store(entry, std::memory_order_relaxed);
}

void learn_ports(int socket, int fd) {
  wire::Socket& slot = region->sockets[socket];
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (slot.local_port == 0 && sys(SYS_getsockname, fd, &address, &size) == 0) slot.local_port = port_of(address);
  size = sizeof address;
  if (slot.remote_port == 0 && sys(SYS_getpeername, fd, &address, &size) == 0) slot.remote_port = port_of(address);
}

void set_flag(int socket, std::uint32_t flag, bool on) {
  auto& flags = region->sockets[socket].flags;
  if (on)
    flags.fetch_or(flag, std::memory_order_relaxed);
  else
    flags.fetch_and(~flag, std::memory_order_relaxed);
}

std::uint32_t number_connection(int socket) {
  wire::Socket& slot = region->sockets[socket];
  const std::uint32_t before = slot.flags.fetch_or(wire::socket_connected, std::memory_order_relaxed);
  if ((before & wire::socket_connected) == 0)
    slot.connection.store(region->connection_count.fetch_add(1, std::memory_order_relaxed) + 1,
                          std::memory_order_relaxed);
  return slot.connection.load(std::memory_order_relaxed);
}

std::uint32_t number_if_connected(int socket, int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return sys(SYS_getpeername, fd, &address, &size) == 0 ? number_connection(socket) : 0;
}

bool still_the_same(int socket, int fd) {
  const std::uint64_t known = region->sockets[socket].cookie.load(std::memory_order_relaxed);
  return known >> 63 != 0 || cookie_of(fd) == known;
}

Edge* edge_of(int socket) {
  return edges[socket].epoll.load(std::memory_order_acquire) != 0 ? &edges[socket] : nullptr;
}

void note_registration(int socket, int epoll, int fd, int operation, std::uint32_t events, std::uint64_t data) {
  Edge& edge = edges[socket];
  if (operation == EPOLL_CTL_DEL || (events & EPOLLET) == 0) {
    if (edge.epoll.load(std::memory_order_relaxed) != epoll + 1 || edge.several) return;
    edge.epoll.store(0, std::memory_order_relaxed);
    set_flag(socket, wire::socket_edge_triggered, false);
    return;
  }
  const std::int32_t before = edge.epoll.load(std::memory_order_relaxed);
  if (before != 0 && (before != epoll + 1 || edge.fd != fd)) edge.several = true;
  set_flag(socket, wire::socket_edge_triggered);
  edge.fd = fd;
  edge.events = events;
  edge.data = data;
  edge.epoll.store(epoll + 1, std::memory_order_release);
}

Registration registration_of(int socket) {
  const Edge& edge = edges[socket];
  return {edge.epoll.load(std::memory_order_acquire), edge.fd, edge.events, edge.data, edge.several};
}

void put_back(int socket, const Registration& before) {
  Edge& edge = edges[socket];
  edge.fd = before.fd;
  edge.events = before.events;
  edge.data = before.data;
  edge.several = before.several;
  edge.epoll.store(before.epoll, std::memory_order_release);
  set_flag(socket, wire::socket_edge_triggered, before.epoll != 0);
}

void rearm(int socket) {
  const Edge* edge = edge_of(socket);
  // With EPOLLONESHOT the program arms it again itself, and the kernel looks at the queue then.
  if (edge == nullptr || (edge->events & EPOLLONESHOT) != 0) return;
  epoll_event event{};
  event.events = edge->events;
  event.data.u64 = edge->data;
  sys(SYS_epoll_ctl, edge->epoll.load(std::memory_order_relaxed) - 1, EPOLL_CTL_MOD, edge->fd, &event);
}

}  // namespace sockrig::shim
