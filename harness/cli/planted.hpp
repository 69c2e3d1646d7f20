// Programs with planted mistakes and correct ones in many styles, and what should be found in each: how sockrig is
// tested here, and how whoever grades with it can see that it works on their machine (`sockrig selftest`).
//
// Decides what is to be found, from mistakes.toml and styles.toml, and what differs. It runs nothing.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "judge/result.hpp"

namespace sockrig {

struct Planted {
  std::string name;     // "short-send-ignored", "echo-epoll"
  bool mistake = true;  // false: correct, in a style of its own
  std::string about;    // of a mistake: what is wrong with it
  Role role{};
  Serves serves = Serves::at_once;
  std::string stop = "SIGTERM";                            // how a server is told to stop; "" = it does not know
  std::string command;                                     // "" = it cannot be started here, and `untried` says why
  std::set<std::string> fails;                             // the claims that must notice it, and no others
  std::set<std::string> may_fail;                          // but for these, which notice it by chance ("*": any)
  std::map<std::string, std::set<std::string>> diagnoses;  // claim → the codes of which its diagnosis must bear one
  std::string untried;
  bool missing = false;  // it should be there, and is not
};

// Those of the folder (libexec/sockrig): mistakes, then styles, in the order of their tables. Throws
// std::runtime_error if the folder or a table is not there, or a program is in neither table.
std::vector<Planted> planted_programs(const std::string& folder);

// Claims that no planted mistake breaks, and why none can: [[unplanted]] in mistakes.toml.
std::map<std::string, std::string> unplanted_claims(const std::string& folder);

// What was found against what should have been, each a line: "stream/text: pass — …".
struct Comparison {
  std::vector<std::string> noticed;       // ids
  std::vector<std::string> missed;        // claims that should have failed, and did not
  std::vector<std::string> blamed;        // claims that failed, and should not have
  std::vector<std::string> undecided;     // inconclusive, or an error of the harness
  std::vector<std::string> misdiagnosed;  // noticed, but explained by another code than the table's
  std::vector<std::string> untried;       // claims that should have failed, and that this machine does not allow to try
  int passed = 0, skipped = 0;
  bool as_it_should_be() const { return missed.empty() && blamed.empty() && undecided.empty() && misdiagnosed.empty(); }
};
// `wanted`: the claims that must fail, of those that there are.
Comparison compare(const Planted& program, const std::set<std::string>& wanted, const std::vector<Result>& results);

std::string to_string(const Comparison& c);  // what is not as it should be, in lines; "" = nothing

}  // namespace sockrig
