#include "run/source_lines.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string_view>

#include "run/check.hpp"

namespace sockrig {
namespace {

constexpr const char* program = "/usr/bin/eu-addr2line";
constexpr rlim_t most_memory = rlim_t{1} << 30;
constexpr rlim_t most_cpu_seconds = 3;
constexpr int patience_ms = 15'000;
constexpr std::size_t most_output = 1 << 16;
constexpr off_t largest = off_t{256} << 20;

bool worth_reading(const std::string& executable) {
  struct stat info {};
  return !executable.empty() && executable.front() == '/' && ::stat(executable.c_str(), &info) == 0 &&
         S_ISREG(info.st_mode) && info.st_size <= largest;
}

[[noreturn]] void become(std::vector<std::string> arguments, int output) {
  // Nothing of our environment: DEBUGINFOD_URLS, say, would make it ask the network.
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin", locale = "LC_ALL=C";
  char* environment[] = {path.data(), locale.data(), nullptr};
  const rlimit memory{most_memory, most_memory}, cpu{most_cpu_seconds, most_cpu_seconds}, none{0, 0};
  ::setrlimit(RLIMIT_AS, &memory);
  ::setrlimit(RLIMIT_CPU, &cpu);
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_FSIZE, &none);
  sigset_t all;
  ::sigemptyset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  const int nowhere = ::open("/dev/null", O_RDWR);
  ::dup2(nowhere, 0);
  ::dup2(output, 1);
  ::dup2(nowhere, 2);
  std::vector<char*> words;
  for (std::string& a : arguments) words.push_back(a.data());
  words.push_back(nullptr);
  // Not binutils' addr2line: with DWARF 5 it names the wrong file where a sequence of the line table does not set one
  // (seen with 2.40), and a wrong line would be worse than none.
  ::execve(program, words.data(), environment);
  ::_exit(127);
}

std::string read_all(int fd) {
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + std::chrono::milliseconds(patience_ms);
  std::string out;
  for (char part[4096]; out.size() < most_output;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now()).count();
    pollfd one{fd, POLLIN, 0};
    if (left <= 0 || ::poll(&one, 1, static_cast<int>(left)) <= 0) return {};
    const ssize_t n = ::read(fd, part, sizeof part);
    if (n <= 0) break;
    out.append(part, static_cast<std::size_t>(n));
  }
  return out;
}

// "/home/x/server.cpp:42 (discriminator 3)" → "server.cpp:42"; "" if there is no number, or if it is a system's header.
std::string own_line(std::string_view line) {
  if (line.starts_with(" (inlined by) ")) line.remove_prefix(14);
  if (line.starts_with("/usr/include/") || line.starts_with("/usr/lib/")) return {};
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0 || line.front() == '?') return {};
  std::size_t end = colon + 1;
  while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end])) != 0) ++end;
  if (end == colon + 1 || line[colon + 1] == '0') return {};
  const std::size_t slash = line.substr(0, colon).rfind('/');
  const std::size_t begin = slash == line.npos ? 0 : slash + 1;
  return std::string(line.substr(begin, end - begin));
}

}  // namespace

std::vector<std::string> parse_source_lines(const std::string& printed, std::size_t count) {
  std::vector<std::string> out(count);
  std::size_t n = 0;  // addresses seen
  for (std::size_t begin = 0; begin < printed.size();) {
    const std::size_t end = std::min(printed.find('\n', begin), printed.size());
    const std::string_view line = std::string_view(printed).substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("0x"))
      ++n;
    else if (n >= 1 && n <= count && out[n - 1].empty())
      out[n - 1] = own_line(line);
  }
  return out;
}

std::vector<std::string> source_lines(const std::string& executable, const std::vector<std::uint32_t>& callers) {
  std::vector<std::string> nothing(callers.size());
  int ends[2];
  if (callers.empty() || !worth_reading(executable) || ::pipe2(ends, O_CLOEXEC) != 0) return nothing;
  const Descriptor input(ends[0]);
  Descriptor output(ends[1]);
  std::vector<std::string> arguments{"eu-addr2line", "-a", "-i", "-e", executable};
  for (const std::uint32_t caller : callers) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", caller - 1);  // the call itself lies before the address it returns to
    arguments.emplace_back(text);
  }
  const pid_t child = ::fork();
  if (child == 0) become(std::move(arguments), output.get());
  if (child < 0) return nothing;
  output.reset();
  const std::string printed = read_all(input.get());
  ::kill(child, SIGKILL);  // no harm if it has ended
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return parse_source_lines(printed, callers.size());
}

}  // namespace sockrig
