// What the events of a run say of attempts to connect and of getaddrinfo()'s lists.
//
// Decides how calls belong together; never what it means for the subject. It must never ask anybody: events go in.
#pragma once

#include <cstdint>
#include <span>

#include "record/call_event.hpp"

namespace sockrig {

inline constexpr const char* failed_attempts = "AttemptFails";  // the kernel's counter of them, per network

// A connect() that failed for good: not one that was interrupted, or not waited for, since that goes on, nor one that
// asked again how it went.
bool is_failed_attempt(const CallEvent& e);

struct Attempts {
  bool failed = false;          // one that was made failed at once
  bool made_again = false;      // and after it another one was made
  bool on_same_socket = false;  // by connecting the socket again whose attempt had failed
};
Attempts attempts_of(std::span<const CallEvent> events);

struct ResultLists {
  std::uint64_t handed_out = 0, held = 0;  // held: not freed by the process that was given it
  bool freed_twice = false;
};
ResultLists result_lists_of(std::span<const CallEvent> events);

}  // namespace sockrig
