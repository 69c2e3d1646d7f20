// This process's place in the shared region, and the way into its ring of events.
//
// Decides whether the shim is active at all. Whatever is wrong with the region, the answer is
// "not active": the program then runs as if nothing had been preloaded. Nothing here may
// allocate, lock, print or change errno; after a fork nothing may be taken for the parent's.
#pragma once

#include <atomic>
#include <cstdint>

#include "wire/wire.hpp"

namespace sockrig::shim {

inline constexpr std::uint32_t no_birth = 0xffffffff;  // the "birth" of calls that have no socket

struct Here {
  int pid;
  std::uint32_t key;
  wire::Process* slot;                      // null when the table of processes is full
  std::uint8_t image;                       // 1-based; 0 when it is not known
  std::atomic<std::uint32_t> births;        // sockets born in this process
  std::atomic<std::uint32_t> ordinals[16];  // calls on no connection, per Family
};

extern constinit Here here;
extern constinit wire::Region* region;
extern constinit bool started;
// A word in a page that the kernel wipes in a forked child: 0 means "a new process, not yet known".
extern constinit const volatile std::uint32_t* not_forked;
extern __thread int quiet;  // > 0: inside a resolver; let everything pass unseen

void start();         // resolves the real functions, attaches to the region if there is one
void become_child();  // a fork happened: register this process

// Opens every wrapper: afterwards `real` is filled. False: pass the call through.
inline bool active() {
  if (!started) [[unlikely]]
    start();
  if (region == nullptr || quiet > 0) return false;
  if (*not_forked == 0) [[unlikely]]
    become_child();
  return true;
}

// fork(2): a child has none of its parent's timers.
void forget_timers();

// True in the child of a vfork: its memory is the parent's, so nothing may be written down there.
bool memory_is_borrowed();

// The parent counts its children before it forks, so that a child's key does not depend on its pid.
void expect_child();

std::uint64_t now_ns();  // CLOCK_MONOTONIC

struct Note {
  wire::Call call;
  std::uint16_t flags = 0;
  int fd = -1;
  int socket = -1;
  std::uint32_t rules = 0;
  std::int64_t asked = 0;
  std::int64_t result = 0;
  int error = 0;
  wire::Withheld withheld{};
  int pid = 0;  // 0: this process
  std::uint32_t caller = 0;
  std::uint64_t begun_ns = 0;  // 0: just now
  std::uint32_t connection = 0;
  std::uint32_t ordinal = 0;
};

void record(const Note& note);

inline std::uint64_t ring_fill() {
  return region->head.load(std::memory_order_relaxed) - region->tail.load(std::memory_order_relaxed);
}

}  // namespace sockrig::shim
