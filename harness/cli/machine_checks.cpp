#include "cli/machine_checks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "run/check.hpp"
#include "run/proc.hpp"
#include "run/region.hpp"
#include "run/sandbox.hpp"
#include "run/sock_diag.hpp"

namespace sockrig {
namespace {

std::string first_word(const std::string& path) {
  const std::string text = read_file(path);
  return text.substr(0, text.find_first_of(" \t\n"));
}

// Runs `child` in a process of its own and returns its exit status, or -1 if a signal ended it.
template <typename F>
int in_child(F&& child) {
  const pid_t pid = check("fork", ::fork());
  if (pid == 0) ::_exit(child());
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Finding check_namespaces() {
  const Machine machine = probe_machine(SandboxChoice::namespaces);
  Finding f{.ok = machine.namespaces,
            .needed = false,
            .what = "namespaces",
            .found = "user, network, mount and pid namespaces can be made",
            .advice = ""};
  if (machine.namespaces) return f;
  f.found = machine.why_not + "; scenarios that need a private network are skipped";
  f.advice = namespace_advice();
  return f;
}

Finding check_sock_diag() {
  Finding f{.ok = true, .needed = true, .what = "sock_diag", .found = "the kernel lists TCP sockets", .advice = ""};
  try {
    SockDiag().list();
  } catch (const std::exception& e) {
    f.ok = false;
    f.found = e.what();
    f.advice = "load the kernel modules: modprobe tcp_diag inet_diag";
  }
  return f;
}

// Whether /proc shows in which call another process waits. The child waits for a pipe that is closed when it has been
// seen.
Finding check_proc_syscall() {
  auto [read_end, write_end] = Pipe();
  const pid_t child = check("fork", ::fork());
  if (child == 0) {
    write_end.reset();
    char c;
    ::_exit(::read(read_end.get(), &c, 1) == 0 ? 0 : 1);
  }
  const std::string path = fmt::format("/proc/{}/syscall", child);
  std::string seen = read_file(path);
  const auto waits = [&] { return seen.starts_with(std::to_string(SYS_read) + " "); };
  // Until it got there: "running", and for that it only needs its turn.
  for (int turn = 0; turn < 2000 && !seen.empty() && !waits(); ++turn) {
    ::usleep(500);
    seen = read_file(path);
  }
  Finding f{.ok = waits(),
            .needed = true,
            .what = "/proc/PID/syscall",
            .found = "shows the call in which a program waits",
            .advice = ""};
  if (!f.ok) {
    f.found = seen.empty() ? "cannot be read"
                           : "does not show the call in which a program waits: " + seen.substr(0, seen.find('\n'));
    f.advice =
        "a kernel with CONFIG_HAVE_ARCH_TRACEHOOK, and no hidepid on /proc; in a container: --cap-add SYS_PTRACE";
  }
  write_end.reset();
  ::waitpid(child, nullptr, 0);
  return f;
}

int run_true_under(const std::string& shim, const Region& region) {
  return in_child([&] {
    for (const std::string& entry : shim_environment(shim, region)) {
      const std::size_t equals = entry.find('=');
      ::setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
    }
    ::execl("/bin/true", "true", nullptr);
    return 127;
  });
}

Finding check_shim(const Paths& paths) {
  Finding f{.ok = false, .needed = true, .what = "shim", .found = trouble_with_shim(paths), .advice = ""};
  if (!f.found.empty()) return f;
  try {
    const Region region({}, 1, false);
    const int status = run_true_under(paths.shim, region);
    f.ok = status == 0 && region.memory().process_count.load() > 0;
    f.found = f.ok ? paths.shim + " gets into a program"
                   : fmt::format("/bin/true ran (status {}), but {} did not get into it", status, paths.shim);
    if (!f.ok)
      f.advice = "is it built for this machine and this C library? Try: LD_PRELOAD=" + paths.shim + " /bin/true";
  } catch (const std::exception& e) {
    f.found = e.what();
    f.advice = "make room in /dev/shm (in a container: --shm-size 256m)";
  }
  return f;
}

Finding check_reference(const Paths& paths) {
  std::string trouble = trouble_with_reference(paths.reference_server);
  if (trouble.empty()) trouble = trouble_with_reference(paths.reference_client);
  return {.ok = trouble.empty(),
          .needed = false,
          .what = "reference programs",
          .found = trouble.empty() ? "there" : trouble,
          .advice = ""};
}

Finding check_scenarios(const Paths& paths) {
  const std::string trouble = trouble_with_scenarios(paths);
  return {.ok = trouble.empty(),
          .needed = true,
          .what = "scenarios",
          .found = trouble.empty() ? paths.scenarios : trouble,
          .advice = ""};
}

Finding check_overflow_counter() {
  const bool there =
      network_counter("ListenOverflows").has_value() || network_counter("TcpExt: ListenOverflows").has_value();
  return {.ok = there,
          .needed = false,
          .what = "ListenOverflows",
          .found = there ? "the kernel counts connections that a full queue refused"
                         : "not in /proc/net/netstat: backlog claims stay inconclusive",
          .advice = ""};
}

Finding check_descriptors() {
  rlimit limit{};
  check("getrlimit", ::getrlimit(RLIMIT_NOFILE, &limit));
  const bool enough = limit.rlim_max >= 4096;  // what a subject is given
  return {.ok = enough,
          .needed = false,
          .what = "descriptors",
          .found = fmt::format("{} now, {} at most", limit.rlim_cur, limit.rlim_max),
          .advice =
              enough ? "" : "ulimit -Hn 4096, or LimitNOFILE= of the service: claims with many connections need them"};
}

}  // namespace

std::string namespace_advice() {
  if (first_word("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1") {
    return "AppArmor restricts them here: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  }
  if (first_word("/proc/sys/kernel/unprivileged_userns_clone") == "0") {
    return "they are only for root here: sudo sysctl -w kernel.unprivileged_userns_clone=1";
  }
  if (first_word("/proc/sys/user/max_user_namespaces") == "0") {
    return "their number is limited to 0 here: sudo sysctl -w user.max_user_namespaces=15000";
  }
  const bool container = std::filesystem::exists("/.dockerenv") || std::filesystem::exists("/run/.containerenv");
  const bool filtered = read_file("/proc/self/status").find("\nSeccomp:\t2") != std::string::npos;
  if (container || filtered) {
    return "the container's system-call filter or missing privileges refuse them: start it with "
           "--security-opt seccomp=unconfined --cap-add SYS_ADMIN (Docker; for Podman the first is enough)";
  }
  return "a kernel with CONFIG_USER_NS, CONFIG_NET_NS and CONFIG_PID_NS is needed; without: --sandbox none";
}

std::vector<Finding> check_machine(const Paths& paths) {
  return {check_scenarios(paths), check_shim(paths),        check_sock_diag(),   check_proc_syscall(),
          check_namespaces(),     check_overflow_counter(), check_descriptors(), check_reference(paths)};
}

}  // namespace sockrig
