// Text that somebody else chose, made harmless for a terminal, a CI log and XML.
//
// Decides what is shown in place of what cannot be shown. Everything in a RunResult passes through here before it is
// printed: a subject's output may try to clear the screen, or to look like a command to the CI system.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sockrig {

// One line. Control characters, marks that turn the direction of writing, and bytes that are not UTF-8 are shown as
// \n, \x1b or \u202e; a backslash stays one. "##[" and its relatives, which log readers obey, are broken up.
std::string shown(std::string_view text);

// The same for a long text: one element a line. At most `most_lines` lines of at most `most_columns` characters; what
// is left out is said in a last line.
std::vector<std::string> shown_lines(std::string_view text, std::size_t most_lines, std::size_t most_columns);

// Prose: folded at spaces; a word longer than a line stays whole. Every line starts with `indent`, and ends with '\n'.
std::string folded(std::string_view text, std::string_view indent, int width);

// Line by line as it is, behind `indent`; an empty line stays empty.
std::string indented(std::string_view text, std::string_view indent);

// At most `most` characters, with "…" in place of the rest.
std::string shortened(std::string_view text, std::size_t most);

// For an attribute or between tags: escaped, without the characters that XML forbids, in valid UTF-8.
std::string xml_escaped(std::string_view text);

}  // namespace sockrig
