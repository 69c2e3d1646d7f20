#include "plan/plays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "wire/wire.hpp"

namespace sockrig {
namespace {

constexpr std::size_t most_cuts = 128, least_cuts = 8;
constexpr std::size_t most_moves = 8192, most_moved = 32 << 20;  // of all connections of a step together; in bytes
constexpr std::size_t most_breaks = 32;
constexpr std::size_t lines_told = 6;

bool can_be_cut(const DialogueLine& l) {
  return l.from_client && l.bytes.size() > 1;
}

// A message goes out by itself: never together with the one before.
void add_line(const Dialogue& d, std::size_t i, Play& play) {
  const DialogueLine& l = d.lines[i];
  if (!l.from_client) {
    play.push_back({l.ends ? MoveKind::receive_end : MoveKind::receive, i, 0, l.bytes.size()});
    return;
  }
  const bool after_send = !play.empty() && play.back().kind == MoveKind::send;
  if (after_send) play.push_back({MoveKind::pause, i});
  play.push_back({l.ends ? MoveKind::end : MoveKind::send, i, 0, l.bytes.size()});
}

// Where the server has not ended its stream it must have said all that it had to say.
void add_ending(const Dialogue& d, Play& play) {
  if (!std::ranges::any_of(d.lines, [](const DialogueLine& l) { return !l.from_client && l.ends; }))
    play.push_back({MoveKind::quiet, d.lines.size() - 1});
}

Play up_to(const Dialogue& d, std::size_t line) {
  Play play;
  for (std::size_t i = 0; i < line; ++i) add_line(d, i, play);
  return play;
}

// The cut number `n` of all positions, in order.
Cut cut_number(const Dialogue& d, std::size_t n) {
  for (std::size_t i = 0; i < d.lines.size(); ++i) {
    if (!can_be_cut(d.lines[i])) continue;
    const std::size_t positions = d.lines[i].bytes.size() - 1;
    if (n < positions) return {i, n + 1};
    n -= positions;
  }
  return {};
}

struct InOrder {
  bool operator()(const Cut& a, const Cut& b) const { return a.line != b.line ? a.line < b.line : a.at < b.at; }
};

}  // namespace

Play play_of(const Dialogue& d) {
  Play play = up_to(d, d.lines.size());
  add_ending(d, play);
  return play;
}

Play glued_play_of(const Dialogue& d) {
  Play play;
  for (const bool client : {true, false}) {
    for (std::size_t i = 0; i < d.lines.size(); ++i) {
      const DialogueLine& l = d.lines[i];
      if (l.from_client != client) continue;
      const MoveKind kind =
          client ? (l.ends ? MoveKind::end : MoveKind::send) : (l.ends ? MoveKind::receive_end : MoveKind::receive);
      play.push_back({kind, i, 0, l.bytes.size()});
    }
  }
  add_ending(d, play);
  return play;
}

Play glued_cut_play_of(const Dialogue& d, const Cut& cut) {
  Play play = glued_play_of(d);
  const auto at =
      std::ranges::find_if(play, [&](const Move& m) { return m.kind == MoveKind::send && m.line == cut.line; });
  const Move rest{MoveKind::send, cut.line, cut.at, at->end};
  at->end = cut.at;
  play.insert(at + 1, {Move{MoveKind::pause, cut.line}, rest});
  return play;
}

Play stopped_play_of(const Dialogue& d, const Cut& cut) {
  Play play = up_to(d, cut.line);
  add_line(d, cut.line, play);
  play.back().end = cut.at;
  play.push_back({MoveKind::pause, cut.line});
  return play;
}

Play cut_play_of(const Dialogue& d, const Cut& cut) {
  Play play = stopped_play_of(d, cut);
  play.push_back({MoveKind::send, cut.line, cut.at, d.lines[cut.line].bytes.size()});
  for (std::size_t i = cut.line + 1; i < d.lines.size(); ++i) add_line(d, i, play);
  add_ending(d, play);
  return play;
}

Play broken_off_play_of(const Dialogue& d, const Cut& cut) {
  Play play = stopped_play_of(d, cut);
  play.push_back({MoveKind::end, cut.line});
  play.push_back({MoveKind::part, cut.line});
  return play;
}

Play unheard_play_of(const Dialogue& d) {
  Play play = glued_play_of(d);
  std::erase_if(play, [](const Move& m) { return m.kind != MoveKind::send; });
  return play;
}

Play beginning_of(const Dialogue& d) {
  Play play;
  bool asked = false;
  for (std::size_t i = 0; i < d.lines.size(); ++i) {
    const DialogueLine& l = d.lines[i];
    if (l.ends || (l.from_client && asked)) break;
    asked = asked || l.from_client;
    add_line(d, i, play);
  }
  return play;
}

std::size_t positions_in(const Dialogue& d) {
  std::size_t n = 0;
  for (const DialogueLine& l : d.lines) n += can_be_cut(l) ? l.bytes.size() - 1 : 0;
  return n;
}

std::vector<Cut> cuts_of(const Dialogue& d, std::uint64_t seed) {
  const std::size_t all = positions_in(d);
  std::size_t size = 1;
  for (const DialogueLine& l : d.lines) size += l.bytes.size();
  const std::size_t most =
      std::min(all, std::clamp(std::min(most_moves / d.lines.size(), most_moved / size), least_cuts, most_cuts));
  std::set<Cut, InOrder> chosen;
  if (all > most) {
    std::vector<Cut> edges;
    for (std::size_t i = 0; i < d.lines.size(); ++i) {
      if (!can_be_cut(d.lines[i])) continue;
      edges.push_back({i, 1});
      edges.push_back({i, d.lines[i].bytes.size() - 1});
    }
    // Too many messages: whichever chance takes.
    for (std::size_t i = 0; i < edges.size() && chosen.size() < most / 2; ++i) {
      std::swap(edges[i], edges[i + wire::mix(seed ^ i) % (edges.size() - i)]);
      chosen.insert(edges[i]);
    }
    for (std::uint64_t i = 0; chosen.size() < most; ++i) chosen.insert(cut_number(d, wire::mix(~seed ^ i) % all));
  } else {
    for (std::size_t n = 0; n < all; ++n) chosen.insert(cut_number(d, n));
  }
  return {chosen.begin(), chosen.end()};
}

std::vector<Cut> breaks_of(const Dialogue& d, std::uint64_t seed) {
  std::vector<Cut> out;
  for (std::size_t i = 0; i < d.lines.size(); ++i) {
    if (!can_be_cut(d.lines[i])) continue;
    out.push_back({i, 1 + wire::mix(seed ^ i) % (d.lines[i].bytes.size() - 1)});
  }
  while (out.size() > most_breaks)
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(wire::mix(seed ^ ~out.size()) % out.size()));
  return out;
}

std::string summary_of(const Dialogue& d, const std::vector<Cut>& cuts) {
  const std::size_t all = positions_in(d);
  if (cuts.size() == all) return fmt::format("{} connections, one for each position", all);
  std::string out = fmt::format("{} of {} positions, by the seed", cuts.size(), all);
  std::size_t told = 0, more = 0;
  for (std::size_t i = 0; i < d.lines.size(); ++i) {
    if (!can_be_cut(d.lines[i])) continue;
    const auto tried = static_cast<std::size_t>(std::ranges::count(cuts, i, &Cut::line));
    const std::size_t left_out = d.lines[i].bytes.size() - 1 - tried;
    if (left_out == 0) continue;
    if (told == lines_told) {
      ++more;
      continue;
    }
    out += fmt::format("{} {} in line {}", told++ == 0 ? "; left out:" : ",", left_out, d.lines[i].number);
  }
  return more == 0 ? out : out + fmt::format(" and some in {} more lines", more);
}

std::string why_not_playable(StepVerb verb, const Dialogue& d) {
  const auto messages = std::ranges::count_if(d.lines, [](const DialogueLine& l) { return l.from_client && !l.ends; });
  if (verb == StepVerb::play_glued && messages < 2)
    return "not applicable: the dialogue has one message only, and nothing that it could be glued to";
  if ((makes_cuts(verb) || verb == StepVerb::play_stopped) && positions_in(d) == 0)
    return "not applicable: no message of the dialogue has two bytes that could be parted";
  return "";
}

}  // namespace sockrig
