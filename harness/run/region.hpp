// The shared memory of one run, from the runner's side.
//
// Decides where the region lives and how it is read. It must never trust what it reads: the subject can write
// there too (architecture.md, law 4). Counters explain; they do not convict.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "faults/fault.hpp"
#include "wire/wire.hpp"

namespace sockrig {

// A copy of a wire::Event, with the sequence as a plain number.
struct CallEvent {
  std::uint64_t sequence = 0, begun_ns = 0, ended_ns = 0;
  std::int32_t pid = 0, tid = 0;
  wire::Call call{};
  std::uint16_t flags = 0;
  std::int32_t fd = -1, socket = -1;
  std::uint32_t rule = 0;
  std::int64_t asked = 0, result = 0;
  std::int32_t error = 0;
  wire::Withheld withheld{};
  std::uint8_t image = 0;    // as in wire::Event
  std::uint32_t caller = 0;  // likewise
  std::uint32_t connection = 0, ordinal = 0;
};

class Region {
 public:
  // Makes the file (mode 0600, in /dev/shm if it is there, else in TMPDIR or /tmp) and maps it. Throws
  // std::system_error.
  Region(std::span<const RulePlan> rules, std::uint64_t seed, bool trace_all);
  ~Region();  // unmaps and removes the file; lets go what is held
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  const std::string& path() const { return path_; }
  const wire::Region& memory() const { return *memory_; }
  // The sockets seen so far. How many there are can be forged: never more than there is room for.
  std::span<const wire::Socket> sockets() const {
    return {memory_->sockets, std::min(memory_->socket_count.load(), wire::max_sockets)};
  }
  // For subjects that see no private files: what names mean, as lines of a hosts file, and the name of a port.
  void tell_names(const std::vector<std::string>& hosts, const std::string& service, std::uint16_t port);
  // Takes the finished events out of the ring, oldest first, at most `most`.
  std::vector<CallEvent> drain(std::size_t most = SIZE_MAX);
  // Whether a process of that number has said that the shim is in.
  bool attached(std::int32_t pid) const;
  // Whether SIGALRM may come to the process, numbered as it numbers itself, within so many seconds, as far as is known.
  bool may_ring(std::int32_t pid, double seconds) const;
  // How many POSIX timers it has, as far as is known, that are not armed.
  std::uint64_t timers_off(std::int32_t pid) const;
  // Whether a call is held (wire::Hold), and by which process, as it numbers itself; lets it go.
  bool is_held() const { return memory_->hold.state.load(std::memory_order_acquire) == wire::hold_held; }
  std::int32_t held_process() const { return memory_->hold.pid.load(std::memory_order_relaxed); }
  void release_held();
  // The executable of an image, as the shim wrote it; "" if it is not known. A name, not to be trusted.
  std::string image_path(std::uint8_t image) const;

 private:
  const wire::Process* newest(std::int32_t pid) const;  // a pid may come again; null = the shim is not in it
  std::string path_;
  wire::Region* memory_ = nullptr;
};

// What a runner that was killed could not remove itself.
void remove_regions_of(std::int32_t runner);

// The environment variables that put the shim into a program: LD_PRELOAD (kept if already set, ours in front),
// SOCKRIG_REGION, ASAN_OPTIONS with verify_asan_link_order=0.
std::vector<std::string> shim_environment(const std::string& shim, const Region& region);

}  // namespace sockrig
