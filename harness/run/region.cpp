#include "run/region.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <limits>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace sockrig {
namespace {

template <typename Predicate>
void remove_regions(const std::string& folder, Predicate unwanted) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename();
    int pid = 0, end = 0;
    const int fields = std::sscanf(name.c_str(), "sockrig-%d-%*6[A-Za-z0-9]%n", &pid, &end);
    if (fields == 1 && end == static_cast<int>(name.size()) && pid > 0 && unwanted(pid, entry))
      std::filesystem::remove(entry.path(), ignored);
  }
}

// A runner that was killed could not remove its file. The name tells whose it is; the age is there because a process of
// another pid namespace, which may share the folder, looks dead from here. It is far above what one run may take.
void remove_leftovers(const std::string& folder) {
  static constexpr auto old_enough = std::chrono::minutes(15);
  remove_regions(folder, [](pid_t pid, const std::filesystem::directory_entry& entry) {
    std::error_code error;
    const auto written = entry.last_write_time(error);
    return ::kill(pid, 0) != 0 && errno == ESRCH && !error &&
           std::filesystem::file_time_type::clock::now() - written > old_enough;
  });
}

// The file is filled with real memory at once: a sparse one would kill whoever touches it (SIGBUS) when the file
// system is full, and that would be us or the subject, in the middle of a run.
int make_file_in(const std::string& folder, std::string& path) {
  path = folder + "/sockrig-" + std::to_string(::getpid()) + "-XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return -1;
  const int error = ::posix_fallocate(fd, 0, sizeof(wire::Region));
  if (error == 0) return fd;
  ::unlink(path.c_str());
  ::close(fd);
  errno = error;
  return -1;
}

int make_file(std::string& path) {
  const char* temporary = std::getenv("TMPDIR");
  remove_leftovers("/dev/shm");
  int fd = make_file_in("/dev/shm", path);
  if (fd < 0 && temporary != nullptr && *temporary == '/') fd = make_file_in(temporary, path);
  if (fd < 0) fd = make_file_in("/tmp", path);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "make the shared memory of a run (" + path + ")");
  return fd;
}

void write_rule(wire::Rule& to, const RulePlan& from, std::uint32_t id) {
  to.id = id;
  to.verb = from.verb;
  to.families = from.families;
  to.size = from.size;
  to.bytes = from.bytes;
  to.backlog = from.backlog;
  to.longest_us = from.longest_us;
  to.only_gone = from.only_gone ? 1 : 0;
  to.after_part = from.after_part ? 1 : 0;
  to.error = from.error;
  to.handler = from.handler;
  to.connection = from.connection;
  to.at = from.at;
  to.skip = from.skip;
  to.one_in = from.one_in;
  to.limit = from.limit;
}

// Numbers that would index our tables later are brought into range here, once.
CallEvent copy_of(const wire::Event& e, std::uint64_t sequence) {
  const auto known_call = e.call < wire::Call::count;
  const auto known_reason = e.withheld < static_cast<std::uint8_t>(wire::Withheld::count);
  const auto known_socket = e.socket >= 0 && e.socket < static_cast<std::int32_t>(wire::max_sockets);
  return {.sequence = sequence,
          .begun_ns = e.begun_ns,
          .ended_ns = e.ended_ns,
          .pid = e.pid,
          .tid = e.tid,
          .call = known_call ? e.call : wire::Call::count,
          .flags = e.flags,
          .fd = e.fd,
          .socket = known_socket ? e.socket : -1,
          .rules = e.rules,
          .asked = e.asked,
          .result = e.result,
          .error = e.error,
          .withheld = known_reason ? static_cast<wire::Withheld>(e.withheld) : wire::Withheld::count,
          .image = e.image,
          .caller = e.caller,
          .connection = e.connection <= wire::max_sockets ? e.connection : 0,
          .ordinal = e.ordinal};
}

// A writer claims its place and fills it a moment later, later still where the machine is busy. One that was killed in
// between never does: `patience` bounds the wait to some 50 ms a call, so that its place cannot block all that came
// after.
bool finished(const wire::Event& slot, std::uint64_t sequence, int& patience) {
  constexpr timespec nap{.tv_sec = 0, .tv_nsec = 200'000};
  while (slot.sequence.load(std::memory_order_acquire) != sequence) {
    if (patience == 0) return false;
    --patience;
    ::nanosleep(&nap, nullptr);
  }
  return true;
}

}  // namespace

Region::Region(std::span<const RulePlan> rules, std::uint64_t seed, bool trace_all) {
  if (rules.size() > wire::max_rules) throw std::invalid_argument("more faults than a run can hold (32)");
  const int fd = make_file(path_);
  void* const mapped = ::mmap(nullptr, sizeof(wire::Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  const int error = errno;
  ::close(fd);
  if (mapped == MAP_FAILED) {
    ::unlink(path_.c_str());
    throw std::system_error(error, std::generic_category(), "mmap " + path_);
  }
  // All-zero bytes are the initial value of everything in it, so that nothing has to be constructed.
  memory_ = std::launder(static_cast<wire::Region*>(mapped));
  memory_->magic = wire::magic;
  memory_->version = wire::version;
  memory_->size = sizeof(wire::Region);
  memory_->seed = seed;
  memory_->trace_all = trace_all ? 1 : 0;
  memory_->rule_count = static_cast<std::uint32_t>(rules.size());
  for (std::uint32_t i = 0; i < rules.size(); ++i) write_rule(memory_->rules[i], rules[i], i + 1);
}

Region::~Region() {
  release_held();
  ::munmap(memory_, sizeof(wire::Region));
  ::unlink(path_.c_str());
}

void Region::release_held() {
  std::atomic<std::uint32_t>& state = memory_->hold.state;
  state.store(wire::hold_released, std::memory_order_release);
  ::syscall(SYS_futex, &state, FUTEX_WAKE, std::numeric_limits<int>::max(), nullptr, nullptr, 0);
}

void remove_regions_of(pid_t runner) {
  remove_regions("/dev/shm", [runner](pid_t pid, const auto&) { return pid == runner; });
}

void Region::tell_names(const std::vector<std::string>& hosts, const std::string& service, std::uint16_t port) {
  wire::Names& names = memory_->names;
  const auto write = [](char(&to)[wire::name_size], const std::string& from) {
    if (from.size() >= wire::name_size) throw std::invalid_argument("too long a name: " + from);
    from.copy(to, from.size());
  };
  const auto slot = [&](const std::string& name) -> wire::Name& {
    for (wire::Name& n : names.hosts) {
      if (n.name[0] == 0) write(n.name, name);
      if (n.name == name) return n;
    }
    throw std::invalid_argument("more names than a run can hold");
  };
  for (const std::string& line : hosts) {
    std::istringstream words(line);
    std::string address, name;
    for (words >> address; words >> name;) {
      const auto free = std::ranges::find(slot(name).addresses, 0u, &wire::Address::family);
      if (free == std::end(slot(name).addresses)) throw std::invalid_argument("too many addresses of " + name);
      free->family = address.find(':') == std::string::npos ? 4 : 6;
      ::inet_pton(free->family == 4 ? AF_INET : AF_INET6, address.c_str(), free->bytes);
    }
  }
  write(names.service, service);
  names.port = port;
}

std::vector<CallEvent> Region::drain(std::size_t most) {
  std::vector<CallEvent> events;
  const std::uint64_t head = memory_->head.load(std::memory_order_acquire);
  std::uint64_t tail = memory_->tail.load(std::memory_order_relaxed);
  // Both numbers can be forged: whatever they say, one call takes at most one ring.
  const std::uint64_t waiting = head > tail ? std::min<std::uint64_t>(head - tail, wire::ring_size) : 0;
  int patience = 250;
  for (std::uint64_t n = 0; n < waiting && events.size() < most; ++n, ++tail) {
    const wire::Event& slot = memory_->ring[tail % wire::ring_size];
    if (finished(slot, tail + 1, patience)) {
      events.push_back(copy_of(slot, tail + 1));
    } else {
      memory_->dropped.fetch_add(1, std::memory_order_relaxed);
    }
  }
  memory_->tail.store(tail, std::memory_order_release);
  return events;
}

bool Region::attached(std::int32_t pid) const {
  if (pid <= 0) return false;
  const auto same = [pid](const wire::Process& p) { return p.pid.load(std::memory_order_acquire) == pid; };
  return std::any_of(std::begin(memory_->processes), std::end(memory_->processes), same);
}

const wire::Process* Region::newest(std::int32_t pid) const {
  for (std::size_t i = std::size(memory_->processes); pid > 0 && i-- > 0;) {
    const wire::Process& p = memory_->processes[i];
    if (p.pid.load(std::memory_order_acquire) == pid) return &p;
  }
  return nullptr;
}

bool Region::may_ring(std::int32_t pid, double seconds) const {
  const wire::Process* p = newest(pid);
  if (p == nullptr) return true;  // the shim is not in it
  const std::uint64_t at = p->alarm_at.load(std::memory_order_relaxed);
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const double from_now = static_cast<double>(at) / 1e9 - static_cast<double>(now.tv_sec);
  // One that is over is still given a moment to arrive.
  return at == ~std::uint64_t{0} || (at != 0 && from_now > -2 && from_now < seconds);
}

std::uint64_t Region::timers_off(std::int32_t pid) const {
  const wire::Process* p = newest(pid);
  return p == nullptr ? 0 : p->timers_off.load(std::memory_order_relaxed);
}

std::string Region::image_path(std::uint8_t image) const {
  if (image == 0 || image > wire::max_images) return {};
  const wire::Image& i = memory_->images[image - 1];
  if (i.complete.load(std::memory_order_acquire) != 1) return {};
  return {i.path, ::strnlen(i.path, sizeof i.path)};
}

std::vector<std::string> shim_environment(const std::string& shim, const Region& region) {
  const auto set_already = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  const std::string preload = set_already("LD_PRELOAD"), asan = set_already("ASAN_OPTIONS");
  return {
      "LD_PRELOAD=" + shim + (preload.empty() ? "" : ":" + preload),
      std::string(wire::region_variable) + "=" + region.path(),
      "ASAN_OPTIONS=" + (asan.empty() ? "" : asan + ":") + "verify_asan_link_order=0",
  };
}

}  // namespace sockrig
