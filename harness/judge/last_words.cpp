#include "judge/last_words.hpp"

#include <csignal>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace sockrig {
namespace {

constexpr std::string_view traceback_head = "Traceback (most recent call last)";
constexpr std::string_view panicked = " panicked at ";
constexpr std::size_t longest = 200;  // bytes that are quoted
constexpr std::string_view terminated = "terminate called after throwing an instance of '";

std::string cut(const std::string& words) {
  return words.size() > longest ? words.substr(0, longest) + "…" : words;
}

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

// The last line of the traceback that begins after `begin`: the first that is not indented, of the last of a chain.
std::string_view end_of_traceback(std::string_view output, std::size_t begin) {
  std::string_view out;
  bool inside = false;
  while (begin < output.size()) {
    const std::size_t end = std::min(output.find('\n', begin), output.size());
    const std::string_view line = output.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with(traceback_head)) {
      inside = true;
    } else if (inside && !line.empty() && line.front() != ' ') {
      out = trimmed(line);
      inside = false;
    } else if (!inside && !out.empty() && !line.empty() && !line.starts_with("During handling of") &&
               !line.starts_with("The above exception was")) {
      break;
    }
  }
  return out;
}

// "called `Result::unwrap()` on an `Err` value: … (src/main.rs:6:46)", of a thread of a Rust program; before Rust 1.73
// the words stood before the place, on the same line.
std::string panic_at(std::string_view output, std::size_t begin) {
  const std::size_t end = std::min(output.find('\n', begin), output.size());
  const std::string_view line = output.substr(begin, end - begin);
  const std::size_t at = line.find(panicked);
  if (at == line.npos) return {};
  std::string_view place = trimmed(line.substr(at + panicked.size()));
  if (place.starts_with('\'')) return std::string(place);
  if (place.ends_with(':')) place.remove_suffix(1);
  if (end == output.size()) return std::string(place);
  const std::string_view words = trimmed(output.substr(end + 1, output.find('\n', end + 1) - end - 1));
  return std::string(words) + " (" + std::string(place) + ")";
}

// "cannot accept (RuntimeError)", which Ruby writes after its place, on the line that follows the thread's.
std::string ruby_error_after(std::string_view output, std::size_t begin) {
  const std::size_t end = output.find('\n', begin);
  if (end == output.npos) return {};
  const std::string_view line = output.substr(end + 1, output.find('\n', end + 1) - end - 1);
  const std::size_t words = line.find("': ");
  return std::string(trimmed(words == line.npos ? line : line.substr(words + 3)));
}

// What the run-time writes of an exception that ended a thread at `begin`, or a task; "" = it is none.
std::string thrown_at(std::string_view output, std::size_t begin) {
  const std::string_view line = output.substr(begin, output.find('\n', begin) - begin);
  constexpr std::string_view java = "Exception in thread \"";
  if (line.starts_with(java)) {
    const std::size_t name_ends = line.find('"', java.size());
    return name_ends == line.npos ? std::string() : std::string(trimmed(line.substr(name_ends + 1)));
  }
  if (line.starts_with("thread '")) return panic_at(output, begin);
  if (line.starts_with("#<Thread:") && line.find(" terminated with exception") != line.npos)
    return ruby_error_after(output, begin);
  constexpr std::string_view ocaml = " killed on uncaught exception ";
  if (const std::size_t at = line.find(ocaml); line.starts_with("Thread ") && at != line.npos)
    return std::string(trimmed(line.substr(at + ocaml.size())));
  constexpr std::string_view python[] = {"Exception in thread ", "Exception occurred during processing of request",
                                         "Task exception was never retrieved",
                                         "Unhandled exception in client_connected_cb"};
  const bool head = std::ranges::any_of(python, [&](std::string_view words) { return line.starts_with(words); });
  return head ? std::string(end_of_traceback(output, begin)) : std::string();
}

// Where it happened, below what happened: of Java and Ruby, of Lua and PHP (whose traces have a head), and of Rust.
class TraceLines {
 public:
  // Looks for the heads once: an output may be nothing but line ends.
  explicit TraceLines(const std::string& output)
      : has_lua_(output.find(lua) != output.npos), has_php_(output.find(php) != output.npos) {}
  bool hold(std::string_view line) const {
    constexpr std::string_view begins[] = {"\tat ", "\tfrom ", "note: run with `RUST_BACKTRACE"};
    if (std::ranges::any_of(begins, [&](std::string_view begin) { return line.starts_with(begin); })) return true;
    if (has_lua_ && (line == lua || (line.starts_with('\t') && line.find(": in ") != line.npos))) return true;
    return has_php_ && (line == php || line.starts_with('#') || line.starts_with("  thrown in "));
  }

 private:
  static constexpr std::string_view lua = "stack traceback:", php = "Stack trace:";
  bool has_lua_, has_php_;
};

// What strerror() and the run-times say of ECONNRESET and EPIPE.
bool tells_of_dead_connection(std::string_view words) {
  constexpr std::string_view telling[] = {"Connection reset", "ECONNRESET", "Broken pipe", "EPIPE", "BrokenPipe"};
  return std::ranges::any_of(telling, [&](std::string_view word) { return words.find(word) != words.npos; });
}

}  // namespace

std::string last_words(const std::string& output) {
  std::string out = exception_in(output), last;
  if (out.empty()) out = node_error_in(output);
  const TraceLines trace(output);
  for (std::size_t end = output.size(); out.empty() && end > 0;) {
    const std::size_t newline = output.rfind('\n', end - 1);
    const std::size_t begin = newline == output.npos ? 0 : newline + 1;
    const std::string_view line = std::string_view(output).substr(begin, end - begin);
    if (last.empty()) last = trimmed(line);
    if (!trace.hold(line)) out = trimmed(line);
    end = newline == output.npos ? 0 : newline;
  }
  return cut(out.empty() ? last : out);
}

std::string thread_exception_in(const std::string& output) {
  std::string out;
  for (std::size_t begin = 0; begin < output.size();) {
    std::string thrown = thrown_at(output, begin);
    if (!thrown.empty() && !tells_of_dead_connection(thrown)) out = std::move(thrown);
    const std::size_t end = output.find('\n', begin);
    begin = end == output.npos ? output.size() : end + 1;
  }
  return cut(out);
}

void add_thread_exception(const Observation& o, const std::string& lost, Diagnosis& out) {
  constexpr std::string_view explained[] = {"closed-unread", "closed-unserved", "ended-early", "reset",
                                            "stuck",         "no-progress",     "bytes-owed",  "not-closed"};
  if (o.record.subject_ending || std::ranges::find(explained, out.code) == std::end(explained)) return;
  const std::string words = thread_exception_in(o.record.output);
  if (words.empty()) return;
  out.code = "uncaught-exception";
  out.message = lost + ": nobody caught an exception in a thread of it, as it wrote: " + words;
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
  const bool traceback = e && !e->by_signal && e->code == 1 && output.find(traceback_head) != output.npos;
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
