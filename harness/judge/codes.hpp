// The codes of diagnoses: a public, stable list. What a message says may change; a code means the same for ever.
#pragma once

#include <span>
#include <string_view>

namespace sockrig {

struct DiagnosisCode {
  std::string_view code;     // kebab-case
  std::string_view meaning;  // one sentence
  std::string_view hint{};   // what to look at, where the cause says more than the scenario's hint does
};

// Causes first, then what was seen where no cause could be proved.
std::span<const DiagnosisCode> diagnosis_codes();
std::string_view hint_of(std::string_view code);  // "" = the scenario's is as good
bool is_diagnosis_code(std::string_view code);    // "stuck-in-" is followed by the name of a call

}  // namespace sockrig
