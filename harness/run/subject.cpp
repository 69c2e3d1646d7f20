#include "run/subject.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "plan/command_words.hpp"
#include "run/sandbox.hpp"

extern char** environ;

namespace sockrig {
namespace {

constexpr std::size_t kept_output = 64 << 10;
constexpr std::uint64_t most_output = 4 << 20;  // held in memory

enum class Way { both, to_them, to_us };

// Standard input and output are socket pairs, and pipes only where a scenario asks for one: splice(2) holds a pipe's
// lock while it waits for the other descriptor, and our non-blocking read or write of that pipe would wait with it
// (seen with Rust's io::copy).
struct Pair {
  Descriptor ours, theirs;
  explicit Pair(Way way) {
    if (way != Way::both) {
      Pipe pipe;
      ours = std::move(way == Way::to_them ? pipe.write_end : pipe.read_end);
      theirs = std::move(way == Way::to_them ? pipe.read_end : pipe.write_end);
    } else {
      int ends[2];
      check("socketpair", ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
      ours = Descriptor(ends[0]);
      theirs = Descriptor(ends[1]);
    }
    check("fcntl(O_NONBLOCK)", ::fcntl(ours.get(), F_SETFL, O_NONBLOCK));
  }
};

// What it writes as text goes into memory, for the same reason, and because /dev/stderr cannot be opened on a socket.
Descriptor text_file() {
  Descriptor file(check("memfd_create", ::memfd_create("sockrig-output", MFD_CLOEXEC)));
  check("fcntl(O_APPEND)", ::fcntl(file.get(), F_SETFL, O_APPEND));
  return file;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& added) {
  std::vector<std::string> out = added;
  for (char** e = environ; *e != nullptr; ++e) {
    const std::string_view entry(*e);
    const std::string_view name = entry.substr(0, entry.find('=') + 1);
    bool replaced = false;
    for (const std::string& a : added) replaced = replaced || std::string_view(a).starts_with(name);
    if (!replaced) out.emplace_back(entry);
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& s : strings) out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

void limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard) {
  rlimit now{};
  ::getrlimit(what, &now);
  const rlimit wanted{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
  ::setrlimit(what, &wanted);
}

// In the child. Generous: a limit protects the machine, it is not a test.
void set_limits(bool in_world, std::uint32_t open_descriptors) {
  limit(RLIMIT_CPU, 120, 125);
  limit(RLIMIT_FSIZE, 256 << 20, 256 << 20);
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_NOFILE, 1024 + open_descriptors, 4096);
  if (in_world) limit(RLIMIT_NPROC, 4096, 4096);  // outside it would count all of the user's processes
}

// In the child: takes every free number below `end`. An empty epoll set is never ready, so that whoever looks at more
// descriptors than are his learns nothing from it.
bool take_numbers_below(int end) {
  const int never_ready = ::epoll_create1(0);
  if (never_ready < 0) return false;
  for (int fd = 3; fd < end; ++fd) {
    if (::dup2(never_ready, fd) < 0) return false;
  }
  if (never_ready >= end) ::close(never_ready);
  return true;
}

struct ChildReport {
  char call[32];
  int error;
};

}  // namespace

void Subject::start(const SubjectOptions& options) {
  std::vector<std::string> words = split_command(options.command);
  if (words.empty()) throw std::invalid_argument("the command is empty");
  std::vector<std::string> variables = merged_environment(options.environment);
  std::vector<char*> arguments = pointers(words), environment = pointers(variables);

  Pair input(options.standard_input_is_pipe ? Way::to_them : Way::both);
  Pair data(options.standard_output_is_pipe ? Way::to_us : Way::both);
  Descriptor text = text_file();
  Pipe report;
  // vfork(2): nothing of ours is copied only to be thrown away. Until exec the child shares our memory, but neither our
  // descriptors, nor our signal handlers, nor our working directory; we wait for it anyway.
  const auto numbers = static_cast<int>(options.open_descriptors);
  int report_end = report.write_end.get();
  const pid_t child = check("vfork", ::vfork());
  if (child == 0) {
    const auto fail = [&](const char* call) {
      ChildReport r{};
      r.error = errno;
      std::strncpy(r.call, call, sizeof r.call - 1);
      (void)!::write(report_end, &r, sizeof r);
      ::_exit(127);
    };
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setsid();
    for (int s = 1; s < NSIG; ++s) ::signal(s, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (options.standard_input_closed)
      ::close(0);
    else
      ::dup2(input.theirs.get(), 0);
    ::dup2(options.standard_output_is_data ? data.theirs.get() : text.get(), 1);
    ::dup2(text.get(), 2);
    if (options.in_world) {
      if (const char* failed = settle_in_world(); failed != nullptr) fail(failed);
    }
    set_limits(options.in_world, options.open_descriptors);
    // Nothing that whoever started sockrig left open: it could be the results, and it would change the numbers.
    ::syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
    if (numbers > 0) {
      const int moved = ::fcntl(report_end, F_DUPFD_CLOEXEC, numbers);  // out of their way
      if (moved < 0) fail("fcntl(F_DUPFD)");
      report_end = moved;
      if (!take_numbers_below(numbers)) fail("dup2");
    }
    ::execvpe(arguments[0], arguments.data(), environment.data());
    fail("exec");
  }
  input.theirs.reset();
  data.theirs.reset();
  report.write_end.reset();
  ChildReport r{};
  ssize_t got;
  do got = ::read(report.read_end.get(), &r, sizeof r);
  while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof r)) {
    ::waitpid(child, nullptr, 0);
    throw std::system_error(r.error, std::generic_category(), std::string(r.call) + " " + words[0]);
  }
  pid_ = child;
  if (journal_ != nullptr) journal_->life({.what = LifeEvent::What::started, .second = second_, .pid = child});
  end_ = Descriptor(check("pidfd_open", static_cast<int>(::syscall(SYS_pidfd_open, child, 0))));
  ending_.reset();
  said_something_ = false;
  text_read_ = 0;
  input_ = std::move(input.ours);
  text_ = std::move(text);
  if (options.standard_output_is_data) data_ = std::move(data.ours);
}

const std::optional<Ending>& Subject::poll_end() {
  if (pid_ > 0 && !ending_) {
    int status = 0;
    const pid_t gone = ::waitpid(pid_, &status, WNOHANG);
    if (gone == pid_) {
      ending_ = WIFSIGNALED(status) ? Ending{true, WTERMSIG(status)} : Ending{false, WEXITSTATUS(status)};
      if (journal_ != nullptr)
        journal_->life({.what = LifeEvent::What::ended, .second = second_, .pid = pid_, .ending = *ending_});
      read_output();
    }
  }
  return ending_;
}

void Subject::read_output() {
  struct stat state {};
  if (!text_ || ::fstat(text_.get(), &state) != 0) return;
  const auto size = static_cast<std::uint64_t>(state.st_size);
  if (output_.size() < kept_output && size > text_read_) {
    std::string more(std::min<std::uint64_t>(kept_output - output_.size(), size - text_read_), '\0');
    const ssize_t got = ::pread(text_.get(), more.data(), more.size(), static_cast<off_t>(text_read_));
    if (got > 0) {
      output_.append(more, 0, static_cast<std::size_t>(got));
      text_read_ += static_cast<std::uint64_t>(got);
      if (journal_ != nullptr) journal_->wrote(second_, output_.size());
    }
  }
  said_something_ = said_something_ || size > 0;
  // It appends, so what comes next begins at 0 again; it has said far more by now than anybody will read.
  if (size > most_output && ::ftruncate(text_.get(), 0) == 0) text_read_ = 0;
}

void signal_all(const std::vector<pid_t>& pids, int signal) {
  for (const pid_t pid : pids) ::kill(pid, signal);
}

}  // namespace sockrig
