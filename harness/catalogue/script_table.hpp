// The verbs and modifiers of the script language, as one table.
//
// Decides which actor may do what, in which role, with which arguments. Parser, help and suggestions
// all read it: a verb that is not here does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/script.hpp"

namespace sockrig {

// In which roles of the subject a verb makes sense.
enum class Side { servers, clients, both };

enum ModifierBit : unsigned {
  modifier_payload = 1,
  modifier_pieces = 2,
  modifier_slowly = 4,
  modifier_dribbling = 8,
  modifier_once_idle = 16,
  modifier_or_less = 32,
};

// `form` is words and the placeholders SIZE (a size of at least 1), NAME (a connection), COUNTER (of the kernel),
// ADDRESS (127.x.x.x).
struct VerbRow {
  ActorKind actor;
  StepVerb verb;
  Side side;
  unsigned modifiers;  // OR of ModifierBit
  std::string_view form;
  std::string_view meaning;
};

struct ModifierRow {
  unsigned bit;
  std::string_view form;
  std::string_view meaning;
};

std::span<const VerbRow> verb_table();
std::span<const ModifierRow> modifier_table();

// `second` is a subject: it has the same verbs.
inline ActorKind table_actor(ActorKind actor) {
  return actor == ActorKind::second ? ActorKind::subject : actor;
}

std::string_view to_string(ActorKind actor);  // "a connection", "stdin"

// Words that cannot name a connection, because the language gives them a meaning.
bool is_reserved(std::string_view word);

// Counters of /proc/net/netstat that "rises" knows.
const std::vector<std::string>& kernel_counters();

}  // namespace sockrig
