// Programs started by tests: what they wrote, how they ended, what they left behind.
//
// Decides nothing about verdicts. It must never end a process that it did not start.
#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "layout.hpp"
#include "needs_for_tests.hpp"
#include "run/check.hpp"
#include "run/proc.hpp"

namespace sockrig {

// The build tree's bin/, where this test is, and what stands beside it.
inline std::string built(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}
inline std::filesystem::path build_tree() {
  return (std::filesystem::path(built("")) / layout::prefix_from_bin).lexically_normal();
}
inline std::string planted(const std::string& name) {
  return build_tree() / layout::programs / name;
}

// A folder of the test's own, gone with it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sockrig-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  // A script that can be started.
  std::string program(const std::string& name, const std::string& text) const {
    write(name, text);
    std::filesystem::permissions(path_ / name, std::filesystem::perms::owner_all | std::filesystem::perms::group_exec |
                                                   std::filesystem::perms::group_read |
                                                   std::filesystem::perms::others_exec |
                                                   std::filesystem::perms::others_read);
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

struct Finished {
  int code = -1;  // exit status, or 1000 + the signal
  std::string out, err;
};

// A program with its output caught. `become`: run as that user and group, if it is not 0.
class Spawned {
 public:
  explicit Spawned(std::vector<std::string> words, uid_t become = 0)
      : out_(check("memfd_create", ::memfd_create("out", MFD_CLOEXEC))),
        err_(check("memfd_create", ::memfd_create("err", MFD_CLOEXEC))) {
    std::vector<char*> arguments;
    for (std::string& w : words) arguments.push_back(w.data());
    arguments.push_back(nullptr);
    pid_ = check("fork", ::fork());
    if (pid_ != 0) return;
    ::dup2(out_.get(), 1);
    ::dup2(err_.get(), 2);
    if (become != 0 && (::setgid(become) != 0 || ::setuid(become) != 0)) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ~Spawned() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Spawned(const Spawned&) = delete;
  Spawned& operator=(const Spawned&) = delete;

  pid_t pid() const { return pid_; }
  bool over() {  // without waiting
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
  }
  Finished wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return {WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status),
            read_file("/proc/self/fd/" + std::to_string(out_.get())),
            read_file("/proc/self/fd/" + std::to_string(err_.get()))};
  }

 private:
  Descriptor out_, err_;
  pid_t pid_ = -1;
};

inline constexpr uid_t nobody = 65534;

// For needs("another_user", …): root can become one, who must be able to reach the programs.
inline std::string why_no_other_user() {
  if (::getuid() != 0) return "only root can become another user";
  return Spawned({built("sockrig"), "--version"}, nobody).wait().code == 0 ? "" : "others cannot reach the build tree";
}

// sockrig with these arguments, to its end.
inline Finished sockrig(std::vector<std::string> arguments, uid_t become = 0) {
  arguments.insert(arguments.begin(), built("sockrig"));
  return Spawned(std::move(arguments), become).wait();
}

// `sockrig run` with a JSON report on standard output.
struct JsonRun {
  Finished finished;
  nlohmann::json report;
  const nlohmann::json* result(const std::string& id) const {
    for (const nlohmann::json& r : report.at("results")) {
      if (r.at("id") == id) return &r;
    }
    return nullptr;
  }
};
inline JsonRun run_for_json(std::vector<std::string> arguments, uid_t become = 0) {
  arguments.insert(arguments.begin(), "run");
  arguments.insert(arguments.end(), {"--report", "json=-"});
  JsonRun run{sockrig(std::move(arguments), become), nullptr};
  run.report = nlohmann::json::parse(run.finished.out, nullptr, false);
  BOOST_REQUIRE_MESSAGE(!run.report.is_discarded(), "no JSON; exit " << run.finished.code << ": " << run.finished.err);
  return run;
}

// Processes on this machine that have the word among their arguments.
inline std::vector<pid_t> processes_with(const std::string& word) {
  std::vector<pid_t> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string words = '\0' + read_file("/proc/" + name + "/cmdline");
    if (words.find('\0' + word + '\0') != std::string::npos) out.push_back(std::atoi(name.c_str()));
  }
  return out;
}

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace sockrig
