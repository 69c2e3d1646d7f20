// Writes down what happens, with its time, as the record's timeline.
//
// Decides how much is kept: beginning and end of each kind, since they are what explains a run; what stood between is
// counted. It must never change what happens, nor cost what would be noticed: a clock and a line in memory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "record/record.hpp"

namespace sockrig {

// Of CLOCK_MONOTONIC, as the shim's.
std::uint64_t now_ns();

// Adds to a timeline that keeps the first `most` / 2 and the last: where it is full, a quarter of it goes, and is
// counted.
template <typename T>
void add_bounded(std::vector<T>& to, T what, std::size_t most, std::uint64_t& left_out) {
  if (to.size() >= most) {
    const auto first = to.begin() + static_cast<std::ptrdiff_t>(most / 2);
    const auto last = first + static_cast<std::ptrdiff_t>(most / 4);
    left_out += static_cast<std::uint64_t>(last - first);
    to.erase(first, last);
  }
  to.push_back(std::move(what));
}

class Journal {
 public:
  explicit Journal(Record& record) : record_(record) {}
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void move(const Channel& channel, PeerAct act, std::uint64_t offset, std::uint64_t bytes, std::string_view text);
  void call(const CallEvent& event);
  void look(const Look& look);  // nothing is added where it shows what the one before it showed
  void fact(const std::string& name, std::int64_t value);  // into the record's `kernel` as well
  void life(LifeEvent event);                              // its time is set here
  void wrote(bool second, std::uint64_t total);            // so many bytes of its output are there now

 private:
  Record& record_;
  std::uint64_t written_[2] = {};
};

}  // namespace sockrig
