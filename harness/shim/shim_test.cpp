// Runs small programs under the shim and compares what they saw with what the region says.
#define BOOST_TEST_MODULE shim
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
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

namespace {

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

std::vector<int> numbers(const string& text) {
  std::istringstream in(text);
  std::vector<int> all;
  for (int n; in >> n;) all.push_back(n);
  return all;
}

std::uint32_t withheld(const wire::Rule& rule, Withheld why) {
  return rule.withheld[static_cast<std::size_t>(why)];
}

constexpr const char* programs[] = {"probe", "probe-fortified", "probe-asan"};
constexpr const char* receives[] = {"recv", "recvfrom", "recvmsg", "read", "readv"};
constexpr const char* sends[] = {"send", "sendto", "sendmsg", "write", "writev", "sendfile"};
constexpr const char* waits[] = {"poll", "ppoll", "select", "pselect", "epoll_wait", "epoll_pwait2"};
constexpr const char* transfers[] = {"recv", "accept", "send"};

}  // namespace

BOOST_DATA_TEST_CASE(short_receive, data::make(programs) * data::make(receives), program, call) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.amount = 100;
  const Ran ran = region.run(program, {"receive", call});
  BOOST_TEST(ran.output == "100 100 100 100 100 100 100 100 100 100 received\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(rule.fired.load() == 9u);  // the tenth byte is the last one there: nothing smaller could be handed out
  BOOST_TEST(region.totals().received == 1000u);
  BOOST_TEST(region.totals().sent == 1000u);
  BOOST_TEST(region->process_count.load() == 1u);
  BOOST_TEST(region->dropped.load() == 0u);
}

BOOST_DATA_TEST_CASE(short_send, data::make(programs) * data::make(sends), program, call) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::send);
  rule.handler = Handler::given;
  rule.size = Size::half;
  const Ran ran = region.run(program, {"send", call});
  BOOST_TEST(ran.output == "500 250 125 62 31 16 8 4 2 1 1 sent\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(rule.fired.load() == 10u);
  BOOST_TEST(withheld(rule, Withheld::too_small) == 1u);
  BOOST_TEST(region.totals().sent == 1000u);
  BOOST_TEST(region.totals().received == 1000u);
}

BOOST_DATA_TEST_CASE(a_greedy_send_is_cut_by_what_there_is, data::make({"sendfile", "sendfile-position", "splice"}),
                     call) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::send);
  rule.handler = Handler::given;
  rule.size = Size::half;
  BOOST_TEST(region.run("corners", {call}).output == "500 250 125 62 31 16 8 4 2 1 1 sent\n");
  BOOST_TEST(rule.fired.load() == 10u);
  BOOST_TEST(withheld(rule, Withheld::too_small) == 1u);
  BOOST_TEST(region.totals().sent == 1000u);
}

BOOST_DATA_TEST_CASE(a_cut_that_the_kernel_might_make_itself, data::make({"", "nonblock", "handler", "timeout"}), how) {
  for (const Handler handler : {Handler::own, Handler::given}) {
    Region region;
    wire::Rule& rule = region.add(Verb::clamp, Family::send);
    rule.size = Size::half;
    rule.handler = handler;
    const bool might = how != string(""), cut = might || handler == Handler::given;
    BOOST_TEST(region.run("probe", {"send", "send", how}).output.starts_with(cut ? "500 250 " : "1000 sent"));
    BOOST_TEST((rule.fired_own.load() > 0) == might);
    BOOST_TEST(withheld(rule, Withheld::no_handler) == (cut ? 0u : 1u));
  }
}

BOOST_DATA_TEST_CASE(edges_that_cannot_all_be_given_back, data::make({"edges", "edges-before-exec"}), how) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.amount = 7;
  BOOST_TEST(region.run("corners", {how}).output == "300 300 300 100 received\n");
  BOOST_TEST(rule.fired.load() == 0u);
  BOOST_TEST(withheld(rule, Withheld::edge_triggered) == 4u);
}

BOOST_AUTO_TEST_CASE(same_seed_same_run) {
  const auto run = [](std::uint64_t seed) {
    Region region;
    region->seed = seed;
    wire::Rule& rule = region.add(Verb::clamp, Family::recv);
    rule.size = Size::random_part;
    rule.one_in = 2;
    return region.run("probe", {"receive", "recv"}).output;
  };
  const string first = run(1);
  BOOST_TEST(first.ends_with("received\n"));
  BOOST_TEST(first == run(1));
  BOOST_TEST(first != run(2));
  for (const int n : numbers(first)) BOOST_TEST((n >= 1 && n <= 300));
}

BOOST_AUTO_TEST_CASE(skip_and_limit) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.amount = 50;
  rule.skip = 1;
  rule.limit = 2;
  BOOST_TEST(region.run("probe", {"receive", "recv"}).output == "300 50 50 300 300 received\n");
  BOOST_TEST(rule.seen.load() == 5u);
  BOOST_TEST(rule.fired.load() == 2u);
}

BOOST_AUTO_TEST_CASE(what_forbids_a_short_receive) {
  const std::map<string, std::pair<int, Withheld>> cases = {
      {"waitall", {100, Withheld::wait_all}},     {"peek", {100, Withheld::peek}},
      {"lowat", {100, Withheld::low_water}},      {"fin", {100, Withheld::end_queued}},
      {"one", {1, Withheld::too_small}},          {"none", {0, Withheld::too_small}},
      {"async", {100, Withheld::edge_triggered}},
  };
  for (const auto& [name, expected] : cases) {
    Region region;
    wire::Rule& rule = region.add(Verb::clamp, Family::recv);
    rule.size = Size::fixed;
    rule.amount = 7;
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(numbers(region.run("probe", {"condition", name}).output).at(0) == expected.first);
      BOOST_TEST(rule.fired.load() == 0u);
      BOOST_TEST(withheld(rule, expected.second) == 1u);
      BOOST_TEST(region.count(Call::recv, wire::event_withheld) == 1);
    }
  }
}

BOOST_DATA_TEST_CASE(other_descriptors_are_left_alone, data::make({"unix", "pipe"}), what) {
  Region region;
  region.add(Verb::clamp, Family::recv).size = Size::all_but_one;
  region.add(Verb::clamp, Family::send).size = Size::all_but_one;
  BOOST_TEST(region.run("probe", {"condition", what}).output == "100\n");
  BOOST_TEST(region.count(Call::recv) + region.count(Call::read) + region.count(Call::write) == 0);
}

BOOST_DATA_TEST_CASE(edge_triggered_readers_lose_nothing, data::make({"edge", "oneshot"}), how) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.amount = 33;
  wire::Rule& sending = region.add(Verb::clamp, Family::send);
  sending.size = Size::half;
  sending.skip = 1;
  BOOST_TEST(region.run("probe", {"edge", how}).output == "total 3000\nsent 100\n");
  BOOST_TEST(rule.fired.load() == 90u);
  BOOST_TEST(withheld(sending, Withheld::edge_triggered) == 1u);
}

BOOST_DATA_TEST_CASE(interrupted_transfer, data::make(programs) * data::make(transfers), program, call) {
  Region region;
  const Family family = call == string("recv") ? Family::recv : call == string("send") ? Family::send : Family::accept;
  wire::Rule& rule = region.add(Verb::interrupt, family);
  BOOST_TEST(region.run(program, {"interrupt", call, "plain"}).output == "EINTR handled 1\n");
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(rule.fired_own.load() == 1u);
}

BOOST_DATA_TEST_CASE(interrupted_wait, data::make(programs) * data::make(waits) * data::make({"plain", "restart"}),
                     program, call, handler) {
  Region region;
  wire::Rule& rule = region.add(Verb::interrupt, Family::wait);
  BOOST_TEST(region.run(program, {"interrupt", call, handler}).output == "EINTR handled 1\n");
  BOOST_TEST(rule.fired_own.load() == 1u);
}

BOOST_AUTO_TEST_CASE(what_forbids_an_interrupt) {
  struct Case {
    Family family;
    const char *call, *handler, *output;
    Withheld why;
  };
  const Case cases[] = {
      {Family::recv, "recv", "none", "1 handled 0\n", Withheld::no_handler},
      {Family::recv, "recv", "restart", "1 handled 0\n", Withheld::restarts},
      {Family::recv, "recv", "blocked", "1 handled 0\n", Withheld::signal_blocked},
      {Family::recv, "recv-ready", "plain", "1 handled 0\n", Withheld::ready},
      {Family::recv, "recv-lowat", "plain", "1 handled 0\n", Withheld::ready},
      {Family::recv, "recv-nonblock", "plain", "EAGAIN handled 0\n", Withheld::non_blocking},
      {Family::accept, "accept", "restart", "0 handled 0\n", Withheld::restarts},
      {Family::accept, "accept-nonblock", "plain", "EAGAIN handled 0\n", Withheld::non_blocking},
      {Family::send, "send", "none", "1 handled 0\n", Withheld::no_handler},
      {Family::wait, "poll", "none", "1 handled 0\n", Withheld::no_handler},
      {Family::wait, "epoll_wait", "blocked", "1 handled 0\n", Withheld::signal_blocked},
  };
  for (const Case& c : cases) {
    Region region;
    wire::Rule& rule = region.add(Verb::interrupt, c.family);
    BOOST_TEST_CONTEXT(c.call << " with handler " << c.handler) {
      BOOST_TEST(region.run("probe", {"interrupt", c.call, c.handler}).output == c.output);
      BOOST_TEST(rule.fired.load() == 0u);
      BOOST_TEST(withheld(rule, c.why) == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_is_not_restarted) {
  Region region;
  wire::Rule& rule = region.add(Verb::interrupt, Family::recv);
  BOOST_TEST(region.run("probe", {"interrupt", "recv-timeout", "restart"}).output == "EINTR handled 1\n");
  BOOST_TEST(rule.fired_own.load() == 1u);
}

BOOST_DATA_TEST_CASE(a_given_handler, data::make({"recv", "accept", "poll"}) * data::make({"none", "restart"}), call,
                     handler) {
  Region region;
  const bool waits_only = call == string("poll");
  wire::Rule& rule = region.add(Verb::interrupt, waits_only               ? Family::wait
                                                 : call == string("recv") ? Family::recv
                                                                          : Family::accept);
  rule.handler = Handler::given;
  const bool uses_own = waits_only && handler == string("restart");
  BOOST_TEST(region.run("probe", {"interrupt", call, handler}).output ==
             (uses_own ? "EINTR handled 1\n" : "EINTR handled 0\n"));
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(rule.fired_own.load() == (uses_own ? 1u : 0u));
}

BOOST_AUTO_TEST_CASE(interrupted_connect_completes) {
  Region region;
  wire::Rule& rule = region.add(Verb::interrupt, Family::connect);
  BOOST_TEST(region.run("probe", {"connect", "plain"}).output == "EINTR handled 1\nthen 0\n");
  BOOST_TEST(rule.fired.load() == 1u);
}

BOOST_AUTO_TEST_CASE(partial_send_returns_its_count) {
  for (const char* handler : {"plain", "restart"}) {
    Region region;
    wire::Rule& rule = region.add(Verb::interrupt, Family::send);
    rule.amount = 1;
    BOOST_TEST(region.run("probe", {"partial", handler}).output == "part handled 1\n");
    BOOST_TEST(rule.fired_own.load() == 1u);
    BOOST_TEST(region.totals().sent == region.totals().received);
  }
}

BOOST_DATA_TEST_CASE(threads, data::make(programs), program) {
  Region region;
  region->trace_all = 0;
  wire::Rule& receiving = region.add(Verb::clamp, Family::recv);
  wire::Rule& sending = region.add(Verb::clamp, Family::send);
  sending.handler = Handler::given;
  receiving.size = sending.size = Size::random_part;
  receiving.one_in = sending.one_in = 2;
  const Ran ran = region.run(program, {"threads"});
  BOOST_TEST(ran.output == "moved\n");
  BOOST_TEST(ran.ended_well());
  BOOST_TEST(region.totals().sent == 4u * 50 * 1000);
  BOOST_TEST(region.totals().received == 4u * 50 * 1000);
  BOOST_TEST(region.totals().closed == 12u);
  BOOST_TEST((receiving.fired.load() > 50 && sending.fired.load() > 50));
}

BOOST_DATA_TEST_CASE(forks, data::make(programs), program) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.amount = 200;
  const Ran ran = region.run(program, {"fork"});
  BOOST_TEST(ran.output.ends_with("parent done\n"));
  BOOST_TEST(region->process_count.load() == 2u);
  BOOST_TEST(region->processes[0].key == 1u);
  BOOST_TEST(region->processes[1].key == static_cast<std::uint32_t>(wire::mix(std::uint64_t{1} << 32)));
  BOOST_TEST(region->processes[1].parent == region->processes[0].pid.load());
  BOOST_TEST(region.totals().sent == 2000u);
  BOOST_TEST(region.totals().received == 2000u);
  BOOST_TEST(region.totals().ends == 1u);
}

BOOST_DATA_TEST_CASE(an_empty_environment_is_mended,
                     data::make({"execve", "execle", "execl", "execvp", "spawn", "vfork"}), how) {
  for (const char* program : programs) {
    Region region;
    wire::Rule& rule = region.add(Verb::clamp, Family::recv);
    rule.size = Size::fixed;
    rule.amount = 100;
    BOOST_TEST_CONTEXT(program) {
      const Ran ran = region.run(program, {"start", how});
      BOOST_TEST(ran.output == "100 100 100 100 100 100 100 100 100 100 received\n");
      BOOST_TEST(ran.ended_well());
      BOOST_TEST(region->process_count.load() == 2u);
      BOOST_TEST(region->processes[1].key != 1u);
      BOOST_TEST(region.count(how == string("spawn") ? Call::posix_spawn : Call::exec) == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_inherited_socket_is_recognised) {
  Region region;
  const Ran ran = region.run("probe", {"inherit"});
  BOOST_TEST(ran.output == "300 300 300 100 received\n");
  BOOST_TEST(region->socket_count.load() == 3u);  // listener, client, connection: no fourth for descriptor 0
  BOOST_TEST(region->sockets[2].received.load() == 1000u);
  BOOST_TEST(region->sockets[2].remote_port == region->sockets[1].local_port);
}

BOOST_DATA_TEST_CASE(closing_everything, data::make({"range", "from", "loop"}), how) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::fixed;
  rule.amount = 100;
  BOOST_TEST(region.run("probe", {"close-all", how}).output == "100 100 100 100 100 100 100 100 100 100 received\n");
  BOOST_TEST(rule.fired.load() == 9u);         // not of the last byte
  BOOST_TEST(region.count(Call::close) == 3);  // numbers that were never a socket's make no events
}

BOOST_AUTO_TEST_CASE(what_is_known_of_a_socket) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::listen);
  rule.amount = 1;
  BOOST_TEST(region.run("probe", {"setup"}).output == "double -1\n");
  BOOST_TEST(rule.fired.load() == 1u);
  BOOST_TEST(region->socket_count.load() == 2u);
  const wire::Socket &first = region->sockets[0], &second = region->sockets[1];
  BOOST_TEST(first.flags.load() ==
             (wire::socket_listener | wire::socket_bound | wire::socket_non_blocking | wire::socket_reuse_before_bind));
  BOOST_TEST(second.flags.load() == (wire::socket_bound | wire::socket_non_blocking | wire::socket_reuse_after_bind |
                                     wire::socket_no_delay | wire::socket_closed));
  BOOST_TEST((first.local_port != 0 && first.birth == 0 && second.birth == 1));
  BOOST_TEST(region.count(Call::getaddrinfo) == 1);
  BOOST_TEST(region.count(Call::freeaddrinfo) == 1);
  const wire::Event& last_close = *region.events().at(region.events().size() - 3);
  BOOST_TEST((last_close.call == Call::close && last_close.result == -1 && last_close.error == EBADF));
}

BOOST_AUTO_TEST_CASE(failures) {
  struct Case {
    const char* call;
    Verb verb;
    Family family;
    int error;
    const char* output;
  };
  const Case cases[] = {
      {"socket", Verb::fail_before, Family::socket, ENOBUFS, "ENOBUFS handled 0\n"},
      {"socket", Verb::fail_after, Family::socket, EMFILE, "EMFILE handled 0\n"},
      {"accept", Verb::fail_before, Family::accept, EMFILE, "EMFILE handled 0\n0 handled 0\n"},
      {"accept", Verb::fail_after, Family::accept, ECONNABORTED, "ECONNABORTED handled 0\nEAGAIN handled 0\n"},
      {"close", Verb::fail_before, Family::close, EIO, "EIO handled 0\n"},
      {"resolve", Verb::fail_before, Family::resolve, -3, "-3\n"},
      {"fork", Verb::fail_before, Family::process, EAGAIN, "EAGAIN handled 0\n"},
  };
  for (const Case& c : cases) {
    Region region;
    wire::Rule& rule = region.add(c.verb, c.family);
    rule.error = c.error;
    rule.limit = 1;
    BOOST_TEST_CONTEXT(c.call) {
      BOOST_TEST(region.run("probe", {"fail", c.call}).output == c.output);
      BOOST_TEST(rule.fired.load() == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_overflow_check_is_kept) {
  Region region;
  region.add(Verb::clamp, Family::recv).size = Size::half;
  BOOST_TEST(region.run("probe-fortified", {"overflow", "16"}).output == "8\n");
  const Ran ran = region.run("probe-fortified", {"overflow", "17"});
  BOOST_TEST((WIFSIGNALED(ran.status) && WTERMSIG(ran.status) == SIGABRT));
}

BOOST_AUTO_TEST_CASE(delay_fires_and_changes_nothing) {
  Region region;
  wire::Rule& rule = region.add(Verb::delay, Family::recv);
  rule.amount = 50;
  BOOST_TEST(region.run("probe", {"receive", "recv"}).output == "300 300 300 100 received\n");
  BOOST_TEST(rule.fired.load() == 4u);
}

BOOST_AUTO_TEST_CASE(a_full_ring_is_counted_not_waited_for) {
  Region region;
  region->head = wire::ring_size - 3;  // three more fit
  BOOST_TEST(region.run("probe", {"receive", "recv"}).ended_well());
  BOOST_TEST(region->head.load() == wire::ring_size);
  BOOST_TEST(region->dropped.load() > 0u);
  BOOST_TEST(region.totals().received == 1000u);
}

BOOST_AUTO_TEST_CASE(plain_transfers_make_no_events_without_rules) {
  Region region;
  region->trace_all = 0;
  BOOST_TEST(region.run("probe", {"receive", "recv"}).ended_well());
  BOOST_TEST(region.count(Call::recv) + region.count(Call::send) == 0);
  BOOST_TEST(region.count(Call::accept) == 1);
  BOOST_TEST(region.totals().received == 1000u);
}

BOOST_AUTO_TEST_CASE(a_wrong_region_leaves_the_program_alone) {
  Region region;
  wire::Rule& rule = region.add(Verb::clamp, Family::recv);
  rule.size = Size::half;
  region->version = wire::version + 1;
  BOOST_TEST(region.run("probe", {"receive", "recv"}).output == "300 300 300 100 received\n");
  BOOST_TEST(region->process_count.load() == 0u);
  BOOST_TEST(rule.seen.load() == 0u);
}

BOOST_AUTO_TEST_CASE(needs_only_libc) {
  string needed;
  FILE* pipe = ::popen("readelf -d " SHIM_LIBRARY, "r");
  BOOST_REQUIRE(pipe != nullptr);
  char line[512];
  while (std::fgets(line, sizeof line, pipe))
    if (string(line).find("(NEEDED)") != string::npos) needed += line;
  ::pclose(pipe);
  BOOST_TEST(needed.find("libc.so.6") != string::npos);
  BOOST_TEST(needed.find('\n') == needed.size() - 1);  // one line only
}
