// `sockrig COMMAND …`: finds the command and turns what escapes from it into an exit code.

#include <fcntl.h>

#include <array>
#include <iostream>
#include <string_view>

#include "cli/commands.hpp"
#include "faults/nearest.hpp"
#include "version.hpp"

namespace sockrig {
namespace {

struct Command {
  std::string_view name, summary;
  int (*function)(const std::vector<std::string>&, const Paths&, std::ostream&, std::ostream&);
};

constexpr std::array commands = {
    Command{"run", "run scenarios against programs and report", run_command},
    Command{"judge", "judge again what 'run --keep' wrote down", judge_command},
    Command{"replay", "carry out again a run that was kept", replay_command},
    Command{"show", "show what happened in a run that was kept", show_command},
    Command{"list", "list the scenarios", list_command},
    Command{"explain", "explain a scenario, faults, or how to write scenarios", explain_command},
    Command{"lint", "check scenario files", lint_command},
    Command{"exec", "run one program by hand under faults, and see its calls", exec_command},
    Command{"selftest", "show that the verdicts can be trusted on this machine", selftest_command},
    Command{"doctor", "tell what this machine allows", doctor_command},
};

void print_help(std::ostream& out) {
  out << "usage: sockrig COMMAND [OPTION…]\n\n"
         "Tests programs that use TCP sockets: conformance, and behaviour under the faults\n"
         "that the standards allow.\n\n"
         "Commands:\n";
  for (const Command& c : commands) out << "  " << c.name << std::string(9 - c.name.size(), ' ') << c.summary << '\n';
  out << "\nExamples:\n"
         "  sockrig run --echo-server './server {port}'\n"
         "  sockrig explain stream/short-recv-one\n"
         "\n'sockrig COMMAND --help' tells about one command; 'sockrig --version' prints the version.\n\n"
         "Exit codes of 'sockrig run':\n"
         "  0    everything that counts passed\n"
         "  1    at least one claim failed\n"
         "  2    usage, configuration or catalogue error\n"
         "  3    nothing was selected\n"
         "  4    none failed, some were inconclusive\n"
         "  5    the harness itself failed\n"
         "  130  interrupted; the results so far are written\n";
}

int unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& c : commands) names.emplace_back(c.name);
  names.insert(names.end(), {"--help", "--version"});
  std::cerr << "sockrig: there is no " << (word.starts_with('-') ? "option" : "command") << " '" << word << "'"
            << did_you_mean(word, names) << "; see 'sockrig --help'\n";
  return 2;
}

// Where standard input, output or error is closed (`>&-`), the next file that is opened would take its number, and a
// report would be written into shared memory. What stands in refuses reads and writes as a closed descriptor does, and
// is gone in a program that `exec` starts.
void keep_numbers_taken() {
  for (const int fd : {0, 1, 2}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    [[maybe_unused]] const int taken = ::open("/dev/null", (fd == 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
  }
}

// What was said must have arrived: a full disk behind '>' is no success.
int flushed(int code) {
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "sockrig: cannot write to standard output\n";
  return 5;
}

int dispatch(std::vector<std::string> words) {
  if (words.empty()) {
    print_help(std::cerr);
    return 2;
  }
  const std::string word = words.front();
  words.erase(words.begin());
  const bool help = word == "--help" || word == "-h" || word == "help";
  if (help && words.size() == 1) return dispatch({words.front(), "--help"});  // "help run"
  if (help) {
    print_help(std::cout);
    return 0;
  }
  if (word == "--version") {
    std::cout << "sockrig " << version << '\n';
    return 0;
  }
  for (const Command& c : commands) {
    if (c.name == word) return c.function(words, find_paths(), std::cout, std::cerr);
  }
  return unknown_command(word);
}

}  // namespace
}  // namespace sockrig

int main(int argc, char** argv) {
  sockrig::keep_numbers_taken();
  try {
    return sockrig::flushed(sockrig::dispatch({argv + 1, argv + argc}));
  } catch (const std::exception& e) {
    std::cerr << "sockrig: " << e.what() << '\n';
    return 5;
  }
}
