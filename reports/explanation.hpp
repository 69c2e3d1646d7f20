// One result in full, as the person who wrote the program reads it: what was done, what the standard requires, what the
// program did, a hint, and the command that repeats it.
//
// Decides the order and the words, for every format that has room for prose. All of it is safe to print (text.hpp).
#pragma once

#include <string>

#include "reports/report.hpp"

namespace sockrig {

enum class Tone { plain, bold, faint, good, bad, warn };

// The text in that tone if the style has colours.
std::string toned(const ConsoleStyle& style, Tone tone, std::string_view text);

std::string explanation(const Result& result, const ConsoleStyle& style);

}  // namespace sockrig
