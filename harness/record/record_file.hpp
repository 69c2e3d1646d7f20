// A record written down and read back: as JSON for people, for other programs and for another day, and packed for the
// way from the process that made it to the one that judges it.
//
// Pure: text in, text out. What is read may have been cut off or edited; a record that comes back can be judged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "record/record.hpp"

namespace sockrig {

// Raised with every change of what a record says; another version is refused.
inline constexpr std::string_view record_schema = "sockrig/record/v1";

// One object: what happened as a whole, and "timeline", the calls, moves, looks, facts, lives and writes in the order
// of their times ("at", nanoseconds as in record.hpp), each saying what it "is".
std::string record_to_json(const Record& record);
// Nothing if it is no record of this version; `problem` then says where and what was expected.
std::optional<Record> record_from_json(std::string_view json, std::string& problem);

std::string packed(const Record& record);
std::optional<Record> unpacked(std::string_view bytes, std::string& problem);

}  // namespace sockrig
