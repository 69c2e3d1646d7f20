// A failure in the words of the dialogue: which line, what it expected, what came instead.
#pragma once

#include "judge/result.hpp"
#include "record/record.hpp"

namespace sockrig {

// "line 4 of the dialogue: expected "5 HELLO\n", got "2 HE"".
std::string to_string(const DialogueRecord& d);

// Puts that in front of what was found out otherwise; a death stays the first thing that is told.
void add_dialogue(const Record& record, Diagnosis& out);

}  // namespace sockrig
