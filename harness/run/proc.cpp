#include "run/proc.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <string_view>

#include "run/check.hpp"

namespace sockrig {
namespace {

std::string proc(pid_t pid, const char* rest) {
  return "/proc/" + std::to_string(pid) + rest;
}

// The names in a folder that are numbers: pids, tids, descriptors.
std::vector<int> numbers_in(const std::string& path) {
  std::vector<int> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return out;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') out.push_back(std::atoi(entry->d_name));
  }
  return out;
}

// The value behind "Name:" in a status file.
std::string_view field(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    if (at != 0 && text[at - 1] != '\n') continue;
    std::string_view rest = text.substr(at + name.size());
    rest = rest.substr(0, rest.find('\n'));
    const std::size_t begin = rest.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view{} : rest.substr(begin);
  }
  return {};
}

std::uint64_t number(std::string_view text, int base = 10) {
  return std::strtoull(std::string(text).c_str(), nullptr, base);
}

std::uint64_t status_bytes(pid_t pid, const char* name) {
  return number(field(read_file(proc(pid, "/status")), name)) * 1024;
}

void add_descendants(pid_t root, std::vector<pid_t>& out) {
  for (const int tid : numbers_in(proc(root, "/task"))) {
    std::istringstream children(read_file(proc(root, ("/task/" + std::to_string(tid) + "/children").c_str())));
    for (pid_t child = 0; children >> child;) {
      out.push_back(child);
      add_descendants(child, out);
    }
  }
}

// "running", or "NUMBER ARG… SP PC" (NUMBER -1: blocked outside of a system call). Numbers are in hex but for the
// first.
void parse_syscall(const std::string& text, ThreadState& thread) {
  if (text.empty() || text[0] == 'r') return;
  std::istringstream in(text);
  in >> thread.call;
  if (thread.call < 0) {
    thread.call = -2;
    return;
  }
  for (std::uint64_t& argument : thread.arguments) {
    std::string word;
    in >> word;
    argument = number(word, 16);
  }
}

}  // namespace

std::string read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  std::string out;
  char buffer[4096];
  for (ssize_t got; (got = ::read(file.get(), buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(got));
  return out;
}

std::vector<pid_t> descendants(pid_t root) {
  std::vector<pid_t> out;
  add_descendants(root, out);
  return out;
}

std::optional<ProcessState> process_state(pid_t pid) {
  ProcessState process;
  process.pid = pid;
  for (const int tid : numbers_in(proc(pid, "/task"))) {
    const std::string base = proc(pid, "/task/") + std::to_string(tid);
    const std::string status = read_file(base + "/status");
    if (status.empty()) continue;
    ThreadState thread;
    thread.pid = pid;
    thread.tid = tid;
    thread.state = field(status, "State:").empty() ? '?' : field(status, "State:")[0];
    thread.switches =
        number(field(status, "voluntary_ctxt_switches:")) + number(field(status, "nonvoluntary_ctxt_switches:"));
    process.caught = number(field(status, "SigCgt:"), 16);
    if (thread.state == 'Z' || thread.state == 'X') continue;
    parse_syscall(read_file(base + "/syscall"), thread);
    process.threads.push_back(thread);
  }
  if (process.threads.empty()) return std::nullopt;
  return process;
}

pid_t pid_within(pid_t pid) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  constexpr std::string_view name = "\nNSpid:";
  const std::size_t begin = status.find(name);
  if (begin == status.npos) return -1;
  const std::size_t end = std::min(status.find('\n', begin + name.size()), status.size());
  const std::size_t last = status.find_last_of(" \t", end - 1);  // the innermost stands last
  return static_cast<pid_t>(std::strtol(status.c_str() + last + 1, nullptr, 10));
}

std::pair<char, pid_t> state_and_parent(pid_t pid) {
  const std::string stat = read_file(proc(pid, "/stat"));
  const std::size_t end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return {'?', 0};
  std::istringstream in(stat.substr(end_of_name + 1));
  char state = '?';
  pid_t parent = 0;
  in >> state >> parent;
  return {state, parent};
}

std::vector<OpenDescriptor> open_descriptors(pid_t pid) {
  std::vector<OpenDescriptor> out;
  const std::string folder = proc(pid, "/fd/");
  for (const int fd : numbers_in(folder)) {
    char target[512];
    const ssize_t length = ::readlink((folder + std::to_string(fd)).c_str(), target, sizeof target);
    if (length >= 0) out.push_back({fd, std::string(target, static_cast<std::size_t>(length))});
  }
  return out;
}

std::string socket_protocol(pid_t pid, int fd) {
  char name[32];
  const ssize_t length =
      ::getxattr((proc(pid, "/fd/") + std::to_string(fd)).c_str(), "system.sockprotoname", name, sizeof name);
  return length > 0 ? std::string(name, ::strnlen(name, static_cast<std::size_t>(length))) : std::string();
}

double cpu_seconds(pid_t pid) {
  const std::string stat = read_file(proc(pid, "/stat"));
  const std::size_t end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return 0;
  std::istringstream in(stat.substr(end_of_name + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) in >> skipped;
  double user = 0, system = 0;
  in >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t resident_bytes(pid_t pid) {
  return status_bytes(pid, "VmRSS:");
}
std::uint64_t peak_resident_bytes(pid_t pid) {
  return status_bytes(pid, "VmHWM:");
}

std::uint64_t proportional_bytes(pid_t pid) {
  const std::uint64_t shared_out = number(field(read_file(proc(pid, "/smaps_rollup")), "Pss:")) * 1024;
  return shared_out != 0 ? shared_out : resident_bytes(pid);  // not everybody may read it
}

std::optional<std::int64_t> network_counter(const std::string& name) {
  // Two lines: the names, then the values, both beginning with "TcpExt:".
  std::istringstream file(read_file("/proc/self/net/netstat") + read_file("/proc/self/net/snmp"));
  std::string names, values;
  while (std::getline(file, names) && std::getline(file, values)) {
    std::istringstream n(names), v(values);
    std::string a, b;
    while (n >> a && v >> b) {
      if (a == name) return std::strtoll(b.c_str(), nullptr, 10);
    }
  }
  return std::nullopt;
}

}  // namespace sockrig
