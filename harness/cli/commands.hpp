// The commands of `sockrig`, one function each.
//
// Each takes the words after its own name and returns the exit code (doc/architecture.md has the table). It must never
// write anywhere but to `out` and `err`, unless an option names a file.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "cli/paths.hpp"

namespace sockrig {

int run_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);
int judge_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);
int replay_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);
int show_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);
int list_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);
int explain_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out,
                    std::ostream& err);
int lint_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);
int exec_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);
int selftest_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out,
                     std::ostream& err);
int doctor_command(const std::vector<std::string>& arguments, const Paths& paths, std::ostream& out, std::ostream& err);

}  // namespace sockrig
