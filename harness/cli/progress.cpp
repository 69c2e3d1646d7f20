#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "reports/text.hpp"

namespace sockrig {
namespace {

std::string name_of(std::string_view id, Role role) {
  return fmt::format("{} [{}]", shown(id), to_string(role));
}

struct Look {
  std::string_view word, colour;
};

Look look_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return {"ok   ", "32"};
    case Outcome::fail:
      return {"FAIL ", "31"};
    case Outcome::inconclusive:
      return {"?    ", "33"};
    case Outcome::skipped:
      return {"skip ", "2"};
    case Outcome::error:
      return {"ERROR", "31"};
  }
  return {"", "0"};
}

}  // namespace

std::string progress_line(const Result& result, bool colour) {
  const Look look = look_of(result.outcome);
  const std::string word = colour ? fmt::format("\x1b[{}m{}\x1b[0m", look.colour, look.word) : std::string(look.word);
  std::string line = fmt::format("{} {}", word, name_of(result.id, result.role));
  if (result.outcome != Outcome::pass && !result.reason.empty()) line += " — " + shortened(shown(result.reason), 200);
  return line;
}

void Progress::started(const RunSpec& spec) {
  current_.push_back(name_of(spec.scenario->id, spec.role));
  draw();
}

void Progress::finished(const Result& result) {
  ++done_;
  const auto one = std::find(current_.begin(), current_.end(), name_of(result.id, result.role));
  if (one != current_.end()) current_.erase(one);
  // Where the line changes in place, only what somebody must act on is worth a line of its own.
  const bool quiet = terminal_.interactive && (result.outcome == Outcome::pass || result.outcome == Outcome::skipped);
  if (!quiet) {
    clear();
    stream_ << progress_line(result, terminal_.colour) << '\n' << std::flush;
  }
  draw();
}

void Progress::clear() {
  if (drawn_) stream_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

void Progress::draw() {
  if (!terminal_.interactive) return;
  std::string line = fmt::format("{}/{}", done_, total_);
  for (const std::string& name : current_) line += "  " + name;
  // One column is left free: a full line would wrap, and could not be written over.
  stream_ << "\r\x1b[K" << shortened(line, static_cast<std::size_t>(terminal_.width) - 2) << std::flush;
  drawn_ = true;
}

}  // namespace sockrig
