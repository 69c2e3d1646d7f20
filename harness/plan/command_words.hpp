// A command and its words: how one is split, and how a word is written so that it stays one.
//
// Decides on quotes as a POSIX shell has them. It must never expand anything: no shell stands between sockrig and what
// it starts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sockrig {

// Splits a command as a POSIX shell would: quotes and backslashes, no expansion. Throws std::invalid_argument on an
// unclosed quote.
std::vector<std::string> split_command(const std::string& command);

// One word of a command, as a shell and split_command() read it back: in quotes where it needs them.
std::string quoted_word(std::string_view word);

}  // namespace sockrig
