#include "judge/last_words.hpp"

#include <signal.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace sockrig {
namespace {

constexpr std::string_view terminated = "terminate called after throwing an instance of '";

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

// "std::system_error: accept: Invalid argument", of what the C++ run-time writes when nobody catches.
std::string exception_in(std::string_view output) {
  const std::size_t begin = output.rfind(terminated);
  if (begin == output.npos) return {};
  const std::string_view rest = output.substr(begin + terminated.size());
  std::string out(rest.substr(0, rest.find_first_of("'\n")));
  constexpr std::string_view what = "what():";
  if (const std::size_t at = rest.find(what); at != rest.npos) {
    const std::string_view text = rest.substr(at + what.size());
    out += ": " + std::string(trimmed(text.substr(0, text.find('\n'))));
  }
  return out;
}

// "Error: read ECONNRESET", of what node writes when nobody catches: its version stands last, and alone.
std::string node_error_in(std::string_view output) {
  const std::size_t version = output.rfind("\nNode.js v");
  if (version == output.npos || output.find('\n', version + 1) < output.size() - 1) return {};
  std::string out;
  for (std::size_t begin = 0; begin < version;) {
    const std::size_t end = output.find('\n', begin);
    const std::string_view line = output.substr(begin, end - begin), name = line.substr(0, line.find_first_of(": ["));
    if (name.ends_with("Error") && name.size() < line.size()) out = trimmed(line);
    begin = end + 1;
  }
  return out;
}

// What strerror() and the run-times say of ECONNRESET and EPIPE.
bool tells_of_dead_connection(std::string_view words) {
  constexpr std::string_view telling[] = {"Connection reset", "ECONNRESET", "Broken pipe", "EPIPE", "BrokenPipe"};
  return std::ranges::any_of(telling, [&](std::string_view word) { return words.find(word) != words.npos; });
}

}  // namespace

std::string last_words(const std::string& output) {
  std::string out = exception_in(output);
  if (out.empty()) out = node_error_in(output);
  for (std::size_t end = output.size(); out.empty() && end > 0;) {
    const std::size_t newline = output.rfind('\n', end - 1);
    const std::size_t begin = newline == output.npos ? 0 : newline + 1;
    out = trimmed(std::string_view(output).substr(begin, end - begin));
    end = newline == output.npos ? 0 : newline;
  }
  constexpr std::size_t longest = 200;
  if (out.size() > longest) out = out.substr(0, longest) + "…";
  return out;
}

bool tells_of_failure(const std::string& output) {
  std::string words = last_words(output);
  std::ranges::transform(words, words.begin(), [](unsigned char c) { return c < 0x80 ? std::tolower(c) : c; });
  constexpr std::string_view telling[] = {"error",  "fail",   "cannot", "can't",   "could not",
                                          "unable", "in use", "denied", "refused", "exception"};
  return std::ranges::any_of(telling, [&](std::string_view word) { return words.find(word) != words.npos; });
}

void add_last_words(const Observation& o, Diagnosis& out) {
  const std::string words = last_words(o.record.output);
  if (words.empty()) return;
  const std::optional<Ending>& e = o.record.subject_ending;
  const std::string_view output = o.record.output;
  const bool aborted = e && e->by_signal && e->code == SIGABRT && output.find(terminated) != output.npos;
  const bool traceback =
      e && !e->by_signal && e->code == 1 && output.find("Traceback (most recent call last)") != output.npos;
  const bool thrown = e && !e->by_signal && e->code != 0 && !node_error_in(output).empty();
  if (!aborted && !traceback && !thrown) {
    out.details.push_back("the last that it wrote: " + words);
    return;
  }
  out.code = "uncaught-exception";
  if (tells_of_dead_connection(words)) out.defect = dead_connection;
  out.message += ": nobody caught an exception, as it wrote: " + words;
}

}  // namespace sockrig
