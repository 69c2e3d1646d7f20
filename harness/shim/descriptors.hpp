// Which descriptor is which TCP socket.
//
// Decides from a table of descriptors that the wrappers keep up to date; a number not seen before is asked
// about once. It must never trust a number for longer than the program holds it open, and never
// need a descriptor of its own.
#pragma once

#include <atomic>
#include <cstdint>

#include "wire/wire.hpp"

namespace sockrig::shim {

inline constexpr int max_descriptors = 65536;  // beyond: passed through

// 0 = never seen, n + 1 = socket slot n, or one of these.
inline constexpr std::int32_t not_a_socket = -1;  // no TCP socket, or no slot was left
inline constexpr std::int32_t was_a_socket = -2;  // closed; whatever has the number now was not seen
extern constinit std::atomic<std::int32_t> descriptors[max_descriptors];

int classify(int fd, std::uint32_t flags = 0, bool is_new = false);  // asks the kernel; slot or −1
void forget(int fd);                                                 // the number is about to be closed
void forget_range(unsigned first, unsigned last);
void copy(int from, int to);           // dup
void learn_ports(int socket, int fd);  // from getsockname and getpeername
void set_flag(int socket, std::uint32_t flag, bool on = true);
// The socket is a connection now: gives it the next number, if it has none yet. Returns its number.
std::uint32_t number_connection(int socket);
std::uint32_t number_if_connected(int socket, int fd);  // asks the kernel; 0: it is none

// The slot of a descriptor, −1 if it is no TCP socket.
inline int socket_of(int fd) {
  if (static_cast<unsigned>(fd) >= max_descriptors) return -1;
  const std::int32_t entry = descriptors[fd].load(std::memory_order_relaxed);
  if (entry > 0) return entry - 1;
  return entry == not_a_socket ? -1 : classify(fd);
}

// The same without asking: for calls that are about to end the descriptor anyway.
inline int known_socket(int fd) {
  if (static_cast<unsigned>(fd) >= max_descriptors) return -1;
  const std::int32_t entry = descriptors[fd].load(std::memory_order_relaxed);
  return entry > 0 ? entry - 1 : -1;
}

// A number that a socket had, or none at all. Using it is a mistake worth telling; closing numbers never used is a
// habit of daemons.
inline bool is_closed_socket(int fd) {
  if (fd < 0) return true;
  return fd < max_descriptors && descriptors[fd].load(std::memory_order_relaxed) == was_a_socket;
}
void note_close(int fd, int result);  // after the real call: counts in closed_twice, unless it is a sweep
void note_other_use(int fd);          // the number was closed as something that is no socket

// Is the descriptor still the socket that the table says? Asked before anything is injected.
bool still_the_same(int socket, int fd);

// An edge-triggered registration with epoll, per socket: the last one.
struct Edge {
  std::atomic<std::int32_t> epoll;  // descriptor + 1; 0 = none
  std::int32_t fd;
  std::uint32_t events;
  std::uint64_t data;
  bool several;  // there are others besides: no one registration can be armed again for all
};
Edge* edge_of(int socket);  // null: not edge-triggered
void note_registration(int socket, int epoll, int fd, int operation, std::uint32_t events, std::uint64_t data);
// What was noted, to be put back where the call then fails.
struct Registration {
  std::int32_t epoll, fd;
  std::uint32_t events;
  std::uint64_t data;
  bool several;
};
Registration registration_of(int socket);
void put_back(int socket, const Registration& before);
void rearm(int socket);  // after a clamp: what is left must be announced again

}  // namespace sockrig::shim
