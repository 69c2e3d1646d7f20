// `sockrig doctor`: what this machine allows, and what would help.

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/machine_checks.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "run/check.hpp"
#include "version.hpp"

namespace sockrig {
namespace {

void print_versions(std::ostream& out) {
  utsname name{};
  check("uname", ::uname(&name));
  cpu_set_t set;
  const int cores = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  out << fmt::format("sockrig {}, {} {} {}, glibc {}, {} {}, {}\n\n", version, name.sysname, name.release, name.machine,
                     ::gnu_get_libc_version(), cores, cores == 1 ? "core" : "cores",
                     ::geteuid() == 0 ? "as root" : "not as root");
}

void print_finding(const Finding& f, bool colour, std::ostream& out) {
  const char* const tone = f.ok ? "32" : f.needed ? "31" : "33";
  const std::string mark = colour ? fmt::format("\x1b[{}m{}\x1b[0m", tone, f.ok ? "ok" : "--") : f.ok ? "ok" : "--";
  out << fmt::format("{}  {:<19} {}\n", mark, f.what, f.found);
  if (!f.ok && !f.advice.empty()) out << fmt::format("{:24}{}\n", "", f.advice);
}

}  // namespace

int doctor_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out,
                   std::ostream& err) {
  const CommandUsage usage{.command = "doctor",
                           .synopsis = "",
                           .description =
                               "Tells what this machine allows, and the command that would allow more.\n"
                               "Exit codes: 0 all that 'sockrig run' needs is there, 1 something is missing.",
                           .words = "",
                           .examples = "sockrig doctor"};
  boost::program_options::variables_map values;
  std::vector<std::string> words;
  if (const auto code = parse_options(arguments, usage, {}, values, words, out, err)) return *code;

  print_versions(out);
  bool complete = true;
  for (const Finding& f : check_machine(paths)) {
    print_finding(f, terminal_of(out).colour, out);
    complete = complete && (f.ok || !f.needed);
  }
  out << (complete ? "\nEverything that 'sockrig run' needs is there.\n" : "\n'sockrig run' cannot work here.\n");
  return complete ? 0 : 1;
}

}  // namespace sockrig
