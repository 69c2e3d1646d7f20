#include "run/sandbox.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "run/check.hpp"
#include "run/private_files.hpp"
#include "run/proc.hpp"

namespace sockrig {
namespace {

void write_file(const std::string& path, const std::string& text) {
  const Descriptor file(check(("open " + path).c_str(), ::open(path.c_str(), O_WRONLY | O_CLOEXEC)));
  check(("write " + path).c_str(), ::write(file.get(), text.data(), text.size()));
}

// An identity map of every id that this user namespace knows, so that files keep their owners.
std::string identity_map(const std::string& file) {
  std::istringstream in(read_file(file));
  std::ostringstream out;
  for (std::uint64_t inside = 0, outside = 0, count = 0; in >> inside >> outside >> count;)
    out << inside << ' ' << inside << ' ' << count << '\n';
  return out.str();
}

// Root keeps all ids, which only a process that stayed outside may write; anybody else keeps just his own.
void map_ids_of(pid_t init) {
  const std::string target = "/proc/" + std::to_string(init);
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (uid == 0) {
    try {
      write_file(target + "/uid_map", identity_map("/proc/self/uid_map"));
      return write_file(target + "/gid_map", identity_map("/proc/self/gid_map"));
    } catch (const std::system_error&) {  // root that may not: like anybody else
    }
  }
  write_file(target + "/setgroups", "deny");
  write_file(target + "/uid_map", std::to_string(uid) + " " + std::to_string(uid) + " 1");
  write_file(target + "/gid_map", std::to_string(gid) + " " + std::to_string(gid) + " 1");
}

// getaddrinfo() with AI_ADDRCONFIG gives addresses of a family, even "127.0.0.1", only to a machine that has an address
// of it which is not the loopback's: a network with nothing else makes programs that ask so fail. RFC 5737 and RFC 3849
// name addresses that are nobody's.
void add_documentation_addresses(int socket) {
  ifreq request{};
  std::strncpy(request.ifr_name, "lo:1", IFNAMSIZ - 1);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, "198.51.100.1", &address.sin_addr);
  std::memcpy(&request.ifr_addr, &address, sizeof address);
  check("ioctl(SIOCSIFADDR)", ::ioctl(socket, SIOCSIFADDR, &request));
  address.sin_addr.s_addr = INADDR_NONE;
  std::memcpy(&request.ifr_netmask, &address, sizeof address);
  check("ioctl(SIOCSIFNETMASK)", ::ioctl(socket, SIOCSIFNETMASK, &request));

  struct {  // in6_ifreq of linux/ipv6.h, which cannot be included beside netinet/in.h
    in6_addr address;
    std::uint32_t prefix;
    int interface;
  } v6{};
  ::inet_pton(AF_INET6, "2001:db8::1", &v6.address);
  v6.prefix = 128;
  v6.interface = 1;  // lo, the first of its network
  const Descriptor s(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // Where there is no IPv6, or it is switched off, nobody can ask for it either.
  if (s && ::ioctl(s.get(), SIOCSIFADDR, &v6) != 0 && errno != EACCES && errno != EPERM)
    check("ioctl(SIOCSIFADDR, IPv6)", -1);
}

void bring_loopback_up(std::uint32_t mtu) {
  const Descriptor s(check("socket", ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  if (mtu != 0) {
    request.ifr_mtu = static_cast<int>(mtu);
    check("ioctl(SIOCSIFMTU)", ::ioctl(s.get(), SIOCSIFMTU, &request));
  }
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  check("ioctl(SIOCSIFFLAGS)", ::ioctl(s.get(), SIOCSIFFLAGS, &request));
  add_documentation_addresses(s.get());
}

// What the world's init says once its mounts are made.
struct InitReport {
  char problem[64];  // the call that failed, or ""
  int error;
};

void make_mounts(const WorldOptions& options) {
  check("mount(private)", ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
  make_private_files(options);
  check("mount /proc", ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));
}

// The first process inside: it makes the mounts while the runner goes on, then collects orphans; when it is ended the
// kernel ends all the others.
[[noreturn]] void be_init(const WorldOptions& options, pid_t runner, int go, int report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "world-init");
  ::signal(SIGCHLD, SIG_IGN);  // orphans that end are forgotten by the kernel itself
  for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(s, SIG_IGN);
  char mapped = 0;
  if (::read(go, &mapped, 1) != 1) ::_exit(1);  // the runner failed, or ended before it could take us along
  // Worlds share /tmp: were their processes all numbered from 2, programs that name files after their pid would
  // collide.
  if (const int file = ::open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC); file >= 0) {
    const std::string number = std::to_string(300 + runner % 30000);
    (void)!::write(file, number.data(), number.size());
  }
  InitReport r{};
  try {
    make_mounts(options);
  } catch (const std::system_error& e) {
    r.error = e.code().value();
    const std::string_view what = e.what();
    std::strncpy(r.problem, std::string(what.substr(0, what.rfind(": "))).c_str(), sizeof r.problem - 1);
  }
  (void)!::write(report, &r, sizeof r);
  ::syscall(SYS_close_range, 0u, ~0u, 0u);
  for (;;) ::pause();
}

// A fork into new namespaces, in one call.
pid_t fork_into_namespaces(Descriptor& pidfd) {
  int descriptor = -1;
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uint64_t>(&descriptor);
  arguments.exit_signal = SIGCHLD;
  const auto pid =
      static_cast<pid_t>(check("clone(user, net, mnt, pid)", ::syscall(SYS_clone3, &arguments, sizeof arguments)));
  if (pid != 0) pidfd = Descriptor(descriptor);
  return pid;
}

struct World {
  pid_t init = 0;
  Descriptor mounts;  // the namespace that subjects see
};
World world;  // a process is in one at most

void set_up_network(const WorldOptions& options) {
  bring_loopback_up(options.mtu);
  for (const auto& [name, value] : options.sysctls) {
    std::string path = "/proc/sys/" + name;
    for (char& c : path) c = c == '.' ? '/' : c;
    write_file(path, value);
  }
}

void join(pid_t init, int pidfd) {
  const std::string mounts = "/proc/" + std::to_string(init) + "/ns/mnt";
  world.mounts = Descriptor(check("open the world's mounts", ::open(mounts.c_str(), O_RDONLY | O_CLOEXEC)));
  check("setns(user, net, pid)", ::setns(pidfd, CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID));
}

void signal_all_below() {
  for (const pid_t pid : descendants(::getpid())) ::kill(pid, SIGKILL);
}

void drop_privileges() {
  // Root inside the world may go on doing with files and ids what root outside could (a grader's files; a server that
  // changes its user), and nothing to the world itself.
  constexpr unsigned long kept[] = {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_CHOWN, CAP_FOWNER,
                                    CAP_SETUID,       CAP_SETGID,          CAP_KILL};
  for (unsigned long c = 0; c <= CAP_LAST_CAP; ++c) {
    if (std::find(std::begin(kept), std::end(kept), c) == std::end(kept)) ::prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
  }
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

}  // namespace

pid_t enter_world(const WorldOptions& options) {
  Pipe go, report;
  const pid_t runner = ::getpid();
  Descriptor pidfd;
  const pid_t init = fork_into_namespaces(pidfd);
  if (init == 0) {
    go.write_end.reset();  // else the read would wait for ourselves where the runner fails
    be_init(options, runner, go.read_end.get(), report.write_end.get());
  }
  report.write_end.reset();
  try {
    map_ids_of(init);
    check("write to the world's init", ::write(go.write_end.get(), "g", 1));
    join(init, pidfd.get());
    set_up_network(options);
    InitReport r{};
    if (::read(report.read_end.get(), &r, sizeof r) != static_cast<ssize_t>(sizeof r))
      throw std::runtime_error("the world's init ended");
    if (r.error != 0) throw std::system_error(r.error, std::generic_category(), r.problem);
  } catch (...) {
    ::kill(init, SIGKILL);
    ::waitpid(init, nullptr, 0);
    throw;
  }
  return world.init = init;
}

void adopt_orphans() {
  check("prctl(PR_SET_CHILD_SUBREAPER)", ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
}

const char* settle_in_world() {
  char here[PATH_MAX];
  if (::getcwd(here, sizeof here) == nullptr) return "getcwd";
  if (::setns(world.mounts.get(), CLONE_NEWNS) != 0) return "setns(mnt)";
  if (::chdir(here) != 0) return "chdir";  // the call above went to the root
  drop_privileges();
  return nullptr;
}

void end_all_below() {
  // Whatever is in a world ends with its init, and whoever was forked since the world was entered is in it.
  if (world.init > 0) ::kill(world.init, SIGKILL);
  for (;;) {
    if (world.init == 0) signal_all_below();
    // A killed parent's children become ours, or die with the world's init; either way they end here.
    const pid_t gone = ::waitpid(-1, nullptr, 0);
    if (gone < 0 && errno == ECHILD) break;
  }
  world = {};
}

namespace {

std::uint64_t descriptor_limit() {
  rlimit now{};
  check("getrlimit", ::getrlimit(RLIMIT_NOFILE, &now));
  return now.rlim_max;
}

}  // namespace

Machine probe_machine(SandboxChoice choice) {
  if (choice == SandboxChoice::none) return {false, "--sandbox none was given", descriptor_limit()};
  auto [read_end, write_end] = Pipe();
  const pid_t child = check("fork", ::fork());
  if (child == 0) {
    std::string problem;
    try {
      enter_world({});
      const pid_t inside = check("fork", ::fork());
      if (inside == 0) {
        const char* failed = settle_in_world();
        if (failed != nullptr) {
          const std::string text = std::string(failed) + ": " + std::strerror(errno);
          if (::write(write_end.get(), text.data(), text.size()) < 0) ::_exit(2);
        }
        ::_exit(failed == nullptr ? 0 : 1);
      }
      ::waitpid(inside, nullptr, 0);
    } catch (const std::exception& e) {
      problem = e.what();
    }
    if (!problem.empty() && ::write(write_end.get(), problem.data(), problem.size()) < 0) ::_exit(2);
    end_all_below();
    ::_exit(0);
  }
  write_end.reset();
  std::string problem;
  char buffer[256];
  for (ssize_t got; (got = ::read(read_end.get(), buffer, sizeof buffer)) > 0;)
    problem.append(buffer, static_cast<std::size_t>(got));
  ::waitpid(child, nullptr, 0);
  return {problem.empty(), problem, descriptor_limit()};
}

}  // namespace sockrig
