// "Did you mean": the word that was probably meant, for files and command lines alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sockrig {

// The candidate nearest to `word` if it is near enough to be what was meant (at most a third of it mistyped, a
// swap counting once, capitals not at all), else "".
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// " (did you mean 'short-send'?)", to stand behind what was not understood; "" where there is no guess.
std::string did_you_mean(std::string_view guess);
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace sockrig
