// Whether the subject gets on: when something last moved, what it has spent since, and how often it woke up in vain.
//
// Decides when a program spins and when it has dozed in vain; never by the time that passed, which depends on the
// machine, but by processor time spent, receives at the end of a stream, and wake-ups that changed nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "run/standstill.hpp"
#include "wire/wire.hpp"

namespace sockrig {

inline double seconds_since(std::chrono::steady_clock::time_point t) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - t).count();
}

// How often each timed thread had been switched when it was first seen waiting.
using Switches = std::map<pid_t, std::uint64_t>;

// Every timed wait has come back to the same call often enough since it was `first` seen. Nothing if one of them is
// gone.
std::optional<bool> came_back(const Look& look, Switches& first);

class Activity {
 public:
  void note();  // something moved
  double idle_seconds() const { return seconds_since(last_); }
  // Processor time without a byte moved, or the end of a stream received again and again. `queues`: what the kernel
  // holds, which tells of programs whose calls are not seen. `starting`: run-times have much to load.
  bool spins(const std::vector<pid_t>& pids, std::span<const wire::Socket> sockets,
             const std::vector<KernelSocket>& queues, bool starting);
  std::optional<bool> dozed_in_vain(const Look& look) { return came_back(look, switches_); }

 private:
  std::chrono::steady_clock::time_point last_;
  double cpu_ = 0;           // spent when something last moved; -1 = read when somebody asks
  std::uint64_t moved_ = 0;  // bytes, as the shim counts them and as they lie in the kernel's queues, mixed
  std::vector<std::uint32_t> ends_;
  Switches switches_;
};

}  // namespace sockrig
