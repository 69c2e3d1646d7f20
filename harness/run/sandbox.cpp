#include "run/sandbox.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "run/check.hpp"
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
void map_ids_and_unshare() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  constexpr int flags = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID;
  if (uid == 0) {
    int gate[2];
    check("pipe", ::pipe2(gate, O_CLOEXEC));
    const Descriptor read_end(gate[0]);
    Descriptor write_end(gate[1]);
    const std::string target = "/proc/" + std::to_string(::getpid());
    const pid_t helper = check("fork", ::fork());
    if (helper == 0) {
      write_end.reset();  // else the read below would wait for ourselves where unshare is refused
      char go = 0;
      if (::read(read_end.get(), &go, 1) != 1) ::_exit(1);
      try {
        write_file(target + "/uid_map", identity_map("/proc/self/uid_map"));
        write_file(target + "/gid_map", identity_map("/proc/self/gid_map"));
      } catch (const std::system_error&) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    const int unshared = ::unshare(flags);
    const int error = errno;
    if (unshared == 0) check("write to the gate", ::write(write_end.get(), "g", 1));
    write_end.reset();
    int status = 0;
    check("waitpid", ::waitpid(helper, &status, 0));
    errno = error;
    check("unshare(user, net, mnt, pid)", unshared);
    if (status == 0) return;
  } else {
    check("unshare(user, net, mnt, pid)", ::unshare(flags));
  }
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", std::to_string(uid) + " " + std::to_string(uid) + " 1");
  write_file("/proc/self/gid_map", std::to_string(gid) + " " + std::to_string(gid) + " 1");
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
}

// The first process inside: it collects orphans, and when it is ended the kernel ends all the others.
pid_t start_init() {
  const pid_t runner = ::getpid();
  const pid_t init = check("fork the world's init", ::fork());
  if (init != 0) return init;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "world-init");
  ::signal(SIGCHLD, SIG_IGN);  // orphans that end are forgotten by the kernel itself
  for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(s, SIG_IGN);
  // Worlds share /tmp: were their processes all numbered from 2, programs that name files after their pid would
  // collide.
  if (const int file = ::open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC); file >= 0) {
    const std::string number = std::to_string(300 + runner % 30000);
    (void)!::write(file, number.data(), number.size());
  }
  ::syscall(SYS_close_range, 3u, ~0u, 0u);
  for (;;) ::pause();
}

void use_hosts(const std::vector<std::string>& lines) {
  char path[] = "/tmp/sockrig-hosts-XXXXXX";
  const Descriptor file(check("mkostemp", ::mkostemp(path, O_CLOEXEC)));
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  const bool written = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::fchmod(file.get(), 0644);
  const int mounted = written ? ::mount(path, "/etc/hosts", nullptr, MS_BIND, nullptr) : -1;
  const int error = errno;
  ::unlink(path);
  errno = error;
  check("mount a private /etc/hosts", mounted);
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
  map_ids_and_unshare();
  check("mount(private)", ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
  bring_loopback_up(options.mtu);
  for (const auto& [name, value] : options.sysctls) {
    std::string path = "/proc/sys/" + name;
    for (char& c : path) c = c == '.' ? '/' : c;
    write_file(path, value);
  }
  if (!options.hosts.empty()) use_hosts(options.hosts);
  return start_init();
}

void adopt_orphans() {
  check("prctl(PR_SET_CHILD_SUBREAPER)", ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
}

const char* settle_in_world() {
  if (::unshare(CLONE_NEWNS) != 0) return "unshare(mount)";
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return "mount /proc";
  drop_privileges();
  return nullptr;
}

void end_all_below() {
  for (;;) {
    for (const pid_t pid : descendants(::getpid())) ::kill(pid, SIGKILL);
    // A killed parent's children become ours, or die with the world's init; either way they end here.
    const pid_t gone = ::waitpid(-1, nullptr, 0);
    if (gone < 0 && errno == ECHILD) return;
  }
}

Machine probe_machine(SandboxChoice choice) {
  if (choice == SandboxChoice::none) return {false, "--sandbox none was given"};
  int report[2];
  check("pipe", ::pipe2(report, O_CLOEXEC));
  const Descriptor read_end(report[0]);
  Descriptor write_end(report[1]);
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
  return {problem.empty(), problem};
}

}  // namespace sockrig
