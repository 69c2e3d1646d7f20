#include "run/journal.hpp"

#include <ctime>

namespace sockrig {
namespace {

constexpr std::size_t most_calls = 16000, most_moves = 8000, most_others = 2000;
constexpr std::size_t most_text = 256;

}  // namespace

std::uint64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

void Journal::move(const Channel& channel, PeerAct act, std::uint64_t offset, std::uint64_t bytes,
                   std::string_view text) {
  add_bounded(record_.moves,
              {now_ns(), channel.name, channel.local_port, act, offset, bytes, std::string(text.substr(0, most_text))},
              most_moves, record_.left_out.moves);
}

void Journal::call(const CallEvent& event) {
  add_bounded(record_.events, event, most_calls, record_.left_out.calls);
}

void Journal::look(const Look& look) {
  LookTaken taken{now_ns(), look.motion, static_cast<std::uint32_t>(look.threads.size()),
                  static_cast<std::uint32_t>(look.sockets.size())};
  for (const KernelSocket& s : look.sockets) {
    if (s.state == TcpState::listen) continue;
    taken.receive_queues += s.receive_queue;
    taken.send_queues += s.send_queue;
  }
  if (!record_.looks.empty()) {
    LookTaken last = record_.looks.back();
    last.time_ns = taken.time_ns;
    if (last == taken) return;
  }
  add_bounded(record_.looks, taken, most_others, record_.left_out.looks);
}

void Journal::fact(const std::string& name, std::int64_t value) {
  record_.kernel[name] = value;
  if (!record_.facts.empty() && record_.facts.back().name == name && record_.facts.back().value == value) return;
  add_bounded(record_.facts, {now_ns(), name, value}, most_others, record_.left_out.facts);
}

void Journal::life(LifeEvent event) {
  event.time_ns = now_ns();
  add_bounded(record_.lives, event, most_others, record_.left_out.lives);
}

void Journal::wrote(bool second, std::uint64_t total) {
  std::uint64_t& before = written_[second ? 1 : 0];
  if (total <= before) return;
  add_bounded(record_.writes, {now_ns(), second, before, total - before}, most_others, record_.left_out.writes);
  before = total;
}

}  // namespace sockrig
