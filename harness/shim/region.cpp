#include "shim/region.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shim/environment.hpp"
#include "shim/image.hpp"
#include "shim/real.hpp"
#include "shim/sys.hpp"

namespace sockrig::shim {

constinit Here here{};
constinit wire::Region* region = nullptr;
constinit bool started = false;
__thread int quiet = 0;

namespace {

constexpr std::uint32_t always = 1;
constexpr std::uint32_t exec_ordinal = 0xffffffff;  // no parent has so many children

constinit std::atomic<bool> attaching{false};
__thread std::uint32_t child_ordinal = 0;
__thread int thread_id = 0;

std::uint32_t key_of_child(std::uint32_t parent, std::uint32_t ordinal) {
  return static_cast<std::uint32_t>(wire::mix(std::uint64_t{parent} << 32 | ordinal));
}

wire::Process* find_process(wire::Region& r, int pid) {
  std::uint32_t count = r.process_count.load(std::memory_order_acquire);
  if (count > wire::max_processes) count = wire::max_processes;
  for (std::uint32_t i = count; i-- > 0;)  // the newest first: a pid may come again
    if (r.processes[i].pid.load(std::memory_order_acquire) == pid) return &r.processes[i];
  return nullptr;
}

wire::Process* claim_process(wire::Region& r, int pid, int parent, std::uint32_t key) {
  if (r.process_count.load(std::memory_order_relaxed) >= wire::max_processes) return nullptr;
  const std::uint32_t index = r.process_count.fetch_add(1, std::memory_order_acq_rel);
  if (index >= wire::max_processes) return nullptr;
  wire::Process& slot = r.processes[index];
  slot.parent = parent;
  slot.key = key;
  slot.children.store(0, std::memory_order_relaxed);
  slot.alarm_at.store(0, std::memory_order_relaxed);
  slot.timers_off.store(0, std::memory_order_relaxed);
  slot.pid.store(pid, std::memory_order_release);
  return &slot;
}

// A new image: after an exec the slot of the same pid is its past; else its parent's tells whose child it is.
void introduce(wire::Region& r) {
  here.pid = own_pid();
  const int parent = static_cast<int>(sys(SYS_getppid));
  here.key = 1;
  const wire::Process* before = find_process(r, here.pid);
  if (before != nullptr) {
    here.key = key_of_child(before->key, exec_ordinal);
  } else if (wire::Process* of_parent = find_process(r, parent)) {
    here.key = key_of_child(of_parent->key, of_parent->children.fetch_add(1, std::memory_order_relaxed));
  }
  here.slot = claim_process(r, here.pid, parent, here.key);
  // execve(2): an alarm goes on across it.
  if (before != nullptr && here.slot != nullptr && before != here.slot)
    here.slot->alarm_at.store(before->alarm_at.load(std::memory_order_relaxed), std::memory_order_relaxed);
  here.image = note_image(r);
}

wire::Region* map_region(const char* path) {
  const long fd = sys(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return nullptr;
  const long size = sys(SYS_lseek, fd, 0, SEEK_END);
  long address = -EINVAL;
  if (size == static_cast<long>(sizeof(wire::Region)))
    address = sys(SYS_mmap, nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  sys(SYS_close, fd);
  if (address < 0 && address > -4096) return nullptr;
  auto* found = reinterpret_cast<wire::Region*>(address);
  if (found->magic == wire::magic && found->version == wire::version && found->size == sizeof(wire::Region) &&
      found->rule_count <= wire::max_rules)
    return found;
  sys(SYS_munmap, address, size);
  return nullptr;
}

// Linux ≥ 4.14 wipes the page in a child, however it was forked. Without it only fork() itself is noticed.
const volatile std::uint32_t* make_fork_mark() {
  constexpr long size = 4096;
  const long page = sys(SYS_mmap, nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page < 0 && page > -4096) return &always;
  if (sys(SYS_madvise, page, size, MADV_WIPEONFORK) < 0) return &always;
  auto* word = reinterpret_cast<volatile std::uint32_t*>(page);
  *word = 1;
  return word;
}

void attach() {
  const char* path = getenv(wire::region_variable);
  if (path == nullptr || attaching.exchange(true)) return;
  if (wire::Region* found = map_region(path)) {
    remember_environment(path);
    introduce(*found);
    not_forked = make_fork_mark();
    region = found;
  }
  attaching.store(false);
}

__attribute__((constructor(101))) void construct() {
  start();
  // A call that came before the environment was there must not have decided for good.
  if (region == nullptr) attach();
}

}  // namespace

constinit const volatile std::uint32_t* not_forked = &always;

void start() {
  const int saved = errno;
  resolve_real_functions();
  started = true;
  if (region == nullptr) attach();
  errno = saved;
}

void become_child() {
  const std::uint32_t parent_key = here.key;
  const int parent = here.pid;
  here.pid = own_pid();
  if (here.pid == parent) return;
  here.key = key_of_child(parent_key, child_ordinal);
  here.births.store(0, std::memory_order_relaxed);
  for (auto& ordinal : here.ordinals) ordinal.store(0, std::memory_order_relaxed);
  thread_id = 0;
  forget_timers();
  here.slot = claim_process(*region, here.pid, parent, here.key);
  if (not_forked != &always) *const_cast<volatile std::uint32_t*>(not_forked) = 1;
}

bool memory_is_borrowed() {
  return own_pid() != here.pid;
}

void expect_child() {
  child_ordinal = here.slot ? here.slot->children.fetch_add(1, std::memory_order_relaxed) : 0;
}

std::uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

void record(const Note& note) {
  wire::Region& r = *region;
  std::uint64_t index = r.head.load(std::memory_order_relaxed);
  do {
    if (index - r.tail.load(std::memory_order_acquire) >= wire::ring_size) {
      r.dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  } while (!r.head.compare_exchange_weak(index, index + 1, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (thread_id == 0) thread_id = static_cast<int>(sys(SYS_gettid));
  wire::Event& event = r.ring[index % wire::ring_size];
  event.ended_ns = now_ns();
  event.begun_ns = note.begun_ns != 0 ? note.begun_ns : event.ended_ns;
  event.pid = note.pid != 0 ? note.pid : here.pid;
  event.tid = note.pid != 0 ? note.pid : thread_id;
  event.call = note.call;
  event.flags = note.flags;
  event.fd = note.fd;
  event.socket = note.socket;
  event.rules = note.rules;
  event.asked = note.asked;
  event.result = note.result;
  event.error = static_cast<std::int16_t>(note.error);
  event.withheld = static_cast<std::uint8_t>(note.withheld);
  event.image = here.image;
  event.caller = note.caller;
  event.connection = note.connection;
  event.ordinal = note.ordinal;
  event.sequence.store(index + 1, std::memory_order_release);
}

}  // namespace sockrig::shim
