// Faults that people ask for and that no licence allows, with the reason.
#pragma once

#include <string>
#include <string_view>

namespace sockrig {

// Why no kind of that name exists; "" if there is nothing to say about it.
std::string why_no_kind(std::string_view kind);

// Why no kind takes that parameter; "" if there is nothing to say about it.
std::string why_no_parameter(std::string_view parameter);

// Why `word` is not taken for `parameter`; "" if there is nothing to say about it.
std::string why_no_word(std::string_view kind, std::string_view parameter, std::string_view word);

}  // namespace sockrig
