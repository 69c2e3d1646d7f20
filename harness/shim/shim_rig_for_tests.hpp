// A region file shared with a program that runs under the shim, and what it wrote there.
//
// Decides nothing: the tests of the shim say what must come of it.
#pragma once

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "wire/wire.hpp"

namespace wire = sockrig::wire;
namespace data = boost::unit_test::data;
using std::string;
using wire::Call;
using wire::Family;
using wire::Handler;
using wire::Size;
using wire::Verb;
using wire::Withheld;

struct Ran {
  string output;
  int status = -1;
  bool ended_well() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }
};

// A region file, mapped here and by the programs that are run with it.
class Region {
 public:
  Region() {
    const int fd = ::mkstemp(path_.data());
    if (fd < 0 || ::ftruncate(fd, sizeof(wire::Region)) != 0) throw std::runtime_error("no region file");
    void* at = ::mmap(nullptr, sizeof(wire::Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at == MAP_FAILED) throw std::runtime_error("no region");
    memory_ = static_cast<wire::Region*>(at);
    memory_->magic = wire::magic;
    memory_->version = wire::version;
    memory_->size = sizeof(wire::Region);
    memory_->seed = 42;
    memory_->trace_all = 1;
  }
  ~Region() {
    ::munmap(memory_, sizeof(wire::Region));
    ::unlink(path_.c_str());
  }
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  wire::Region* operator->() { return memory_; }
  const string& path() const { return path_; }

  wire::Rule& add(Verb verb, Family family) {
    wire::Rule& rule = memory_->rules[memory_->rule_count++];
    rule.id = memory_->rule_count;
    rule.verb = verb;
    rule.families = wire::bit(family);
    rule.one_in = 1;
    return rule;
  }

  std::vector<const wire::Event*> events() const {
    std::vector<const wire::Event*> all;
    for (std::uint64_t i = 0; i < memory_->head.load(); ++i) {
      BOOST_TEST(memory_->ring[i].sequence.load() == i + 1);
      all.push_back(&memory_->ring[i]);
    }
    return all;
  }

  int count(Call call, std::uint16_t flag = 0) const {
    int n = 0;
    for (const wire::Event* event : events()) n += event->call == call && (event->flags & flag) == flag;
    return n;
  }

  // Bytes received, bytes sent, ends of stream, over all sockets.
  struct Totals {
    std::uint64_t received = 0, sent = 0, ends = 0, closed = 0;
  };
  Totals totals() const {
    Totals sum;
    for (std::uint32_t i = 0; i < memory_->socket_count.load(); ++i) {
      const wire::Socket& socket = memory_->sockets[i];
      sum.received += socket.received.load();
      sum.sent += socket.sent.load();
      sum.ends += socket.ends.load();
      sum.closed += (socket.flags.load() & wire::socket_closed) != 0;
    }
    return sum;
  }

  Ran run(const string& program, const std::vector<string>& arguments) const {
    int out[2];
    if (::pipe(out) != 0) throw std::runtime_error("pipe");
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(out[1], 1);
      ::close(out[0]);
      ::close(out[1]);
      const string path = string(SHIM_PROGRAMS) + "/" + program;
      std::vector<string> settings = {"LD_PRELOAD=" SHIM_LIBRARY, "SOCKRIG_REGION=" + path_,
                                      "ASAN_OPTIONS=verify_asan_link_order=0"};
      std::vector<char*> argv{const_cast<char*>(path.c_str())}, envp;
      for (const string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
      for (string& s : settings) envp.push_back(s.data());
      argv.push_back(nullptr);
      envp.push_back(nullptr);
      ::execve(path.c_str(), argv.data(), envp.data());
      ::_exit(127);
    }
    ::close(out[1]);
    Ran ran;
    char part[4096];
    for (ssize_t n; (n = ::read(out[0], part, sizeof part)) > 0;) ran.output.append(part, static_cast<std::size_t>(n));
    ::close(out[0]);
    ::waitpid(child, &ran.status, 0);
    return ran;
  }

 private:
  string path_ = "/tmp/sockrig-shim-test-XXXXXX";
  wire::Region* memory_ = nullptr;
};

inline std::vector<int> numbers(const string& text) {
  std::istringstream in(text);
  std::vector<int> all;
  for (int n; in >> n;) all.push_back(n);
  return all;
}

inline std::uint32_t withheld(const wire::Rule& rule, Withheld why) {
  return rule.withheld[static_cast<std::size_t>(why)];
}

constexpr const char* programs[] = {"probe", "probe-fortified", "probe-asan"};
constexpr const char* receives[] = {"recv", "recvfrom", "recvmsg", "read", "readv"};
constexpr const char* sends[] = {"send", "sendto", "sendmsg", "write", "writev", "sendfile"};
constexpr const char* waits[] = {"poll", "ppoll", "select", "pselect", "epoll_wait", "epoll_pwait2"};
constexpr const char* transfers[] = {"recv", "accept", "send"};
