// Worlds, and that nothing survives its run. Each test does it in a child: a process enters a world only once.
#include "run/sandbox.hpp"
#include "needs_for_tests.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netdb.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "needs_for_tests.hpp"
#include "run/child_for_tests.hpp"
#include "run/subject.hpp"

namespace sockrig {
namespace {

// What the body says, from a child of its own; "failed: …" if it throws.
std::string told_by(const std::function<std::string()>& body) {
  int ends[2];
  check("pipe", ::pipe2(ends, O_CLOEXEC));
  const Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  const pid_t pid = check("fork", ::fork());
  if (pid == 0) {
    std::string text;
    try {
      text = body();
    } catch (const std::exception& e) {
      text = std::string("failed: ") + e.what();
    }
    (void)!::write(write_end.get(), text.data(), text.size());
    ::_exit(0);
  }
  write_end.reset();
  std::string out;
  char buffer[4096];
  for (ssize_t got; (got = ::read(read_end.get(), buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(got));
  ::waitpid(pid, nullptr, 0);
  return out;
}

std::string why_no_namespaces() {
  return probe_machine(SandboxChoice::automatic).why_not;
}

int loopback_mtu() {
  const Descriptor s(check("socket", ::socket(AF_INET, SOCK_DGRAM, 0)));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  check("ioctl", ::ioctl(s.get(), SIOCGIFMTU, &request));
  return request.ifr_mtu;
}

bool alive(pid_t pid) {
  return process_state(pid).has_value();
}

// A child that leaves a daemon (own session, parent gone) and a child of it behind, and says their numbers.
void leave_daemons(int fd) {
  if (::fork() == 0) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    ::signal(SIGTERM, SIG_IGN);
    const pid_t grandchild = ::fork();
    if (grandchild == 0) pause_for_ever();
    const pid_t both[2] = {::getpid(), grandchild};
    (void)!::write(fd, both, sizeof both);
    pause_for_ever();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sandbox)

BOOST_AUTO_TEST_CASE(none_is_none_with_its_reason) {
  const Machine machine = probe_machine(SandboxChoice::none);
  BOOST_TEST(!machine.namespaces);
  BOOST_TEST(machine.why_not.find("--sandbox none") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_world_has_its_own_network_as_it_was_asked_for, *needs("namespaces", why_no_namespaces)) {
  const std::string syncookies = read_file("/proc/sys/net/ipv4/tcp_syncookies"), hosts = read_file("/etc/hosts");
  const std::string other = syncookies == "0\n" ? "1" : "0";
  const std::string told = told_by([&] {
    const pid_t init =
        enter_world({{{"net.ipv4.tcp_syncookies", other}}, 1280, {"127.0.0.7 server.test", "::1 six.test"}});
    std::string out = "init " + std::to_string(init > 0) + "\n";
    out +=
        "syncookies " + read_file("/proc/sys/net/ipv4/tcp_syncookies") + "mtu " + std::to_string(loopback_mtu()) + "\n";
    Subject s;
    SubjectOptions o;
    o.command = "cat /etc/hosts /proc/self/net/dev";
    s.start(o);
    until([&] { return s.poll_end().has_value(); });
    s.read_output();
    end_all_below();
    return out + s.output();
  });
  BOOST_TEST(told.starts_with("init 1\nsyncookies " + other + "\nmtu 1280\n127.0.0.7 server.test\n::1 six.test\n"),
             told);
  BOOST_TEST(told.find("eth") == std::string::npos, "loopback is all there is");
  // Nothing of it got out.
  BOOST_TEST(read_file("/proc/sys/net/ipv4/tcp_syncookies") == syncookies);
  BOOST_TEST(read_file("/etc/hosts") == hosts);
}

BOOST_AUTO_TEST_CASE(a_world_knows_the_names_that_it_was_given_and_asks_nobody_for_others,
                     *needs("namespaces", why_no_namespaces)) {
  const std::string services = read_file("/etc/services");
  const std::string told = told_by([] {
    enter_world({{}, 0, {"127.0.0.3 two.test", "127.0.0.2 two.test"}, "rig-echo", 20001});
    int ends[2];
    check("pipe", ::pipe2(ends, O_CLOEXEC));
    const int answer = ends[1];
    const pid_t child = ::fork();
    if (child == 0) {
      const auto resolved = [](const char* host, const char* service, int flags, int family) {
        addrinfo hints{}, *list = nullptr;
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = flags;
        hints.ai_family = family;
        const int error = ::getaddrinfo(host, service, &hints, &list);
        std::string out = error == 0 ? "" : std::to_string(error);
        for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
          char address[64], port[16];
          ::getnameinfo(a->ai_addr, a->ai_addrlen, address, sizeof address, port, sizeof port,
                        NI_NUMERICHOST | NI_NUMERICSERV);
          out += std::string(address) + ":" + port + " ";
        }
        return out + "\n";
      };
      std::string out = settle_in_world() == nullptr ? "" : "cannot settle\n";
      out += resolved("two.test", "rig-echo", 0, AF_UNSPEC) + resolved("three.test", "80", 0, AF_UNSPEC) +
             resolved("127.0.0.1", "80", AI_ADDRCONFIG, AF_INET);
      const servent* service = ::getservbyname("rig-echo", "tcp");
      out += service == nullptr ? "none" : std::to_string(ntohs(static_cast<std::uint16_t>(service->s_port)));
      (void)!::write(answer, out.data(), out.size());
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    char buffer[512];
    const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
    end_all_below();
    return std::string(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  });
  BOOST_TEST(told == "127.0.0.3:20001 127.0.0.2:20001 \n" + std::to_string(EAI_NONAME) + "\n127.0.0.1:80 \n20001");
  BOOST_TEST(read_file("/etc/services") == services);
}

BOOST_AUTO_TEST_CASE(a_setting_that_does_not_exist_is_told, *needs("namespaces", why_no_namespaces)) {
  const std::string told = told_by([] {
    return std::to_string(enter_world({{{"net.ipv4.no_such_setting", "1"}}, 0, {}}));
  });
  BOOST_TEST(told.starts_with("failed: "));
  BOOST_TEST(told.find("no_such_setting") != std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(a_subject_sees_only_the_world_and_has_no_privileges, *needs("namespaces", why_no_namespaces)) {
  const std::string told = told_by([] {
    enter_world({});
    Subject s;
    SubjectOptions o;
    o.command =
        "/bin/sh -c 'ls /proc | grep -c ^[0-9]; grep -E \"^(CapBnd|NoNewPrivs)\" /proc/self/status; "
        "mount -t tmpfs none /mnt 2>/dev/null && echo mounted'";
    s.start(o);
    until([&] { return s.poll_end().has_value(); });
    s.read_output();
    end_all_below();
    return s.output();
  });
  BOOST_TEST(std::atoi(told.c_str()) <= 5, told);
  BOOST_TEST(std::atoi(told.c_str()) >= 2, told);
  BOOST_TEST(told.find("NoNewPrivs:\t1") != std::string::npos, told);
  const std::size_t bound = told.find("CapBnd:\t");
  BOOST_REQUIRE(bound != std::string::npos);
  const std::uint64_t capabilities = std::strtoull(told.c_str() + bound + 8, nullptr, 16);
  for (const int forbidden :
       {CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_RESOURCE, CAP_SYS_MODULE, CAP_MKNOD})
    BOOST_TEST((capabilities >> forbidden & 1) == 0u, "capability " << forbidden);
  BOOST_TEST(told.find("mounted") == std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(a_subject_starts_in_the_folder_of_its_caller, *needs("namespaces", why_no_namespaces)) {
  const std::string told = told_by([] {
    check("chdir", ::chdir("/usr/bin"));
    enter_world({});
    Subject s;
    SubjectOptions o;
    o.command = "./pwd -P";
    s.start(o);
    until([&] { return s.poll_end().has_value(); });
    s.read_output();
    end_all_below();
    return s.output();
  });
  BOOST_TEST(told == "/usr/bin\n");
}

void daemons_end_with_everything_below(bool world) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const std::string told = told_by([&] {
    if (world) enter_world({});
    adopt_orphans();
    const pid_t subject = check("fork", ::fork());
    if (subject == 0) {
      leave_daemons(ends[1]);
      pause_for_ever();
    }
    pid_t inside[2];
    check("read", ::read(ends[0], inside, sizeof inside));
    // Its children that are not its own any more count as below it.
    const std::vector<pid_t> before = descendants(::getpid());
    end_all_below();
    std::string out = std::to_string(before.size() >= 3) + " below, left:";
    for (const pid_t pid : before) out += alive(pid) ? " " + std::to_string(pid) : "";
    return out + (descendants(::getpid()).empty() ? "" : " descendants");
  });
  BOOST_TEST(told == "1 below, left:");
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(daemons_end_with_everything_below_without_a_world) {
  daemons_end_with_everything_below(false);
}

BOOST_AUTO_TEST_CASE(daemons_end_with_everything_below_in_a_world, *needs("namespaces", why_no_namespaces)) {
  daemons_end_with_everything_below(true);
}

// Where they are refused, the reason names the call, and entering a world fails with just that call.
BOOST_AUTO_TEST_CASE(what_is_said_of_namespaces_is_what_entering_finds) {
  const std::string why_not = why_no_namespaces();
  const std::string told = told_by([] { return enter_world({}) > 0 ? "entered" : "no init"; });
  BOOST_TEST(told.starts_with(why_not.empty() ? "entered" : "failed: "), told);
  BOOST_TEST((why_not.empty() || why_not.find(": ") != why_not.npos), why_not);
}

BOOST_AUTO_TEST_CASE(ending_nobody_returns) {
  BOOST_TEST(told_by([] {
               end_all_below();
               return std::string("returned");
             }) == "returned");
}

BOOST_AUTO_TEST_CASE(a_world_ends_with_the_process_that_made_it, *needs("namespaces", why_no_namespaces)) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  pid_t init = 0;
  {
    const Child maker([&] {
      const pid_t made = enter_world({});
      if (::fork() == 0) {
        if (::fork() == 0) pause_for_ever();
        pause_for_ever();
      }
      while (descendants(::getpid()).size() < 3) {
      }
      (void)!::write(ends[1], &made, sizeof made);
      pause_for_ever();
    });
    BOOST_REQUIRE(::read(ends[0], &init, sizeof init) == static_cast<ssize_t>(sizeof init));
    BOOST_TEST(alive(init));
    ::kill(maker.pid(), SIGKILL);  // it alone; nobody tells the others
    BOOST_TEST(until([&] { return !alive(init); }));
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
