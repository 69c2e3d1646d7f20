// Never flaky: the whole catalogue again and again on a machine that is kept busy, and on programs that were made slow,
// and each time the same outcome. SOCKRIG_SOAK_ROUNDS says how often (20), SOCKRIG_SOAK_CLAIMS which (all).
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/prctl.h>

#include <map>
#include <sstream>
#include <thread>

#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

using nlohmann::json;

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

// Children that use every core, and end with the test.
class Busy {
 public:
  Busy() {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < cores; ++i) {
      const pid_t parent = ::getpid(), child = check("fork", ::fork());
      if (child != 0) {
        children_.push_back(child);
        continue;
      }
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(0);
      volatile bool busy = true;
      while (busy) {
      }
    }
  }
  ~Busy() {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::vector<pid_t> children_;
};

struct Preloaded {
  explicit Preloaded(const std::string& library) {
    ::setenv("LD_PRELOAD", library.c_str(), 1);
    ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 0);  // sockrig itself may be built with the sanitizer
  }
  ~Preloaded() { ::unsetenv("LD_PRELOAD"); }
};

std::vector<std::vector<std::string>> subjects() {
  std::vector<std::vector<std::string>> out{{}};  // the reference programs
  for (const char* name : {"echo-fork", "echo-epoll"})
    out.push_back({"--echo-server", planted("style-" + std::string(name)) + " {host} {port}"});
  out.push_back({"--client", planted("style-client-poll") + " {host} {port}"});
  if (::access("/usr/bin/python3", X_OK) == 0)
    out.push_back({"--echo-server", "/usr/bin/python3 " + planted("style-echo-asyncio.py") + " {host} {port}"});
  return out;
}

using Outcomes = std::map<std::string, std::string>;

// Runs all once; what neither passes nor is skipped, and what differs from the first time, is told.
void round_of(const std::vector<std::string>& subject, Outcomes& first) {
  std::vector<std::string> arguments = subject;
  std::istringstream claims(setting("SOCKRIG_SOAK_CLAIMS", ""));
  for (std::string claim; claims >> claim;) arguments.push_back(claim);
  arguments.insert(arguments.end(), {"-j", "4"});
  const JsonRun run = run_for_json(arguments);
  BOOST_TEST(run.finished.code == 0, run.finished.err.substr(0, 2000));
  for (const json& r : run.report["results"]) {
    const std::string key = r["id"].get<std::string>() + " [" + r["role"].get<std::string>() + "]",
                      outcome = r["outcome"];
    const bool good = outcome == "pass" || outcome == "skipped";
    BOOST_TEST(good, (subject.empty() ? "reference" : subject[1])
                         << ": " << key << ": " << outcome << " — " << r["reason"].get<std::string>() << "\n"
                         << r["diagnosis"].dump(1) << r["faults"].dump());
    const auto [known, is_new] = first.try_emplace(key, outcome);
    BOOST_TEST((is_new || known->second == outcome),
               key << " was " << known->second << " and is " << outcome << ": " << r["reason"].get<std::string>());
  }
  BOOST_TEST(run.report["results"].size() > 0u);
}

void soak() {
  const int rounds = std::stoi(setting("SOCKRIG_SOAK_ROUNDS", "20"));
  std::vector<Outcomes> first(subjects().size());
  for (int round = 1; round <= rounds; ++round) {
    for (std::size_t i = 0; i < first.size(); ++i) round_of(subjects()[i], first[i]);
    BOOST_TEST_MESSAGE("round " << round << " of " << rounds);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(soak_test)

BOOST_AUTO_TEST_CASE(busy) {
  const Busy others;
  soak();
}

BOOST_AUTO_TEST_CASE(busy_and_slow) {
  const Busy others;
  const Preloaded slow(built("shim-programs/slow.so"));
  soak();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
