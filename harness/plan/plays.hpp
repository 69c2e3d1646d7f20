// A dialogue made into what is done on connections: played as it is written, glued together, cut in two, broken off.
//
// Decides what is sent in one piece, what is waited for, and which cuts of a long dialogue are tried. Pure: what is
// left to chance comes from a seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalogue/dialogue.hpp"
#include "catalogue/script.hpp"

namespace sockrig {

enum class MoveKind {
  send,         // bytes begin … end of a line; what follows at once goes out with it
  receive,      // all bytes of a line, and none that differs
  end,          // the client's end of stream
  receive_end,  // the server's end of stream, and not a byte before it
  pause,        // until the subject waits
  quiet,        // until the subject waits, and not a byte has come
  part,         // leave in peace, whatever has come
};

struct Move {
  MoveKind kind{};
  std::size_t line = 0;  // index into the dialogue's lines
  std::size_t begin = 0, end = 0;
  bool operator==(const Move&) const = default;
};

// A message cut in two: its first `at` bytes, and the rest.
struct Cut {
  std::size_t line = 0, at = 0;
  bool operator==(const Cut&) const = default;
};

// What happens on one connection, from after it is open to before it is closed.
using Play = std::vector<Move>;

Play play_of(const Dialogue& dialogue);
Play glued_play_of(const Dialogue& dialogue);                       // all sends first, in one piece
Play cut_play_of(const Dialogue& dialogue, const Cut& cut);         // the rest once the subject waits
Play glued_cut_play_of(const Dialogue& dialogue, const Cut& cut);   // all sends first, in these two pieces
Play broken_off_play_of(const Dialogue& dialogue, const Cut& cut);  // after the first part the client's stream ends
Play stopped_play_of(const Dialogue& dialogue, const Cut& cut);     // nothing after the first part
Play unheard_play_of(const Dialogue& dialogue);                     // all sends in one piece, and nothing else
Play beginning_of(const Dialogue& dialogue);  // the first message and its answers; neither side ends its stream

// Every position of every message, or, where these are too many for a dialogue of this length, some: for each message
// the first and the last position, then others by chance. In order.
std::vector<Cut> cuts_of(const Dialogue& dialogue, std::uint64_t seed);
std::size_t positions_in(const Dialogue& dialogue);

// One cut by chance for each message that can be cut; at most 32 messages: to break off at, or with all else glued.
std::vector<Cut> breaks_of(const Dialogue& dialogue, std::uint64_t seed);

// Which cuts were chosen, and how many were left out, line by line.
std::string summary_of(const Dialogue& dialogue, const std::vector<Cut>& cuts);

// "" or why there is nothing to do for this verb in this dialogue.
std::string why_not_playable(StepVerb verb, const Dialogue& dialogue);

}  // namespace sockrig
