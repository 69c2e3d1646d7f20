#include "judge/diagnose_dialogue.hpp"

#include "catalogue/dialogue.hpp"

namespace sockrig {
namespace {

std::string as_message(const std::string& bytes, bool more) {
  return "\"" + escaped(bytes) + (more ? "…" : "") + "\"";
}

std::string where(const DialogueRecord& d) {
  return "line " + std::to_string(d.line) + " of the dialogue";
}

std::string what_came(const DialogueRecord& d) {
  if (d.got.empty()) return d.from == 0 ? "nothing came" : "only the first " + bytes(d.from) + " came";
  return "got " + (d.from == 0 ? "" : std::string("…")) + as_message(d.got, d.from + d.got.size() < d.got_total);
}

std::string words(const DialogueRecord& d) {
  if (d.line == 0) return "before the dialogue began";
  if (d.nothing && d.got_total == 0) return "after " + where(d);
  if (d.nothing)
    return "after " + where(d) + ", its last, nothing more was due, and " + bytes(d.got_total) +
           " came: " + as_message(d.got, d.got.size() < d.got_total);
  if (d.end)
    return where(d) + ": the server must end its stream, and " +
           (d.got.empty() ? "did not" : "sent " + as_message(d.got, d.got.size() < d.got_total));
  if (d.expected.empty()) return "at " + where(d);
  const bool more = d.from + d.expected.size() < d.total;
  if (d.sending) return where(d) + " could not be sent: " + as_message(d.expected, more);
  std::string out = where(d);
  if (d.from != 0) out += ", from byte " + std::to_string(d.from) + " of " + std::to_string(d.total);
  return out + ": expected " + (d.from == 0 ? "" : "…") + as_message(d.expected, more) + ", " + what_came(d);
}

}  // namespace

std::string to_string(const DialogueRecord& d) {
  return words(d) + (d.situation.empty() ? "" : " (" + d.situation + ")");
}

void add_dialogue(const Record& record, Diagnosis& out) {
  if (!record.dialogue) return;
  const std::string told = to_string(*record.dialogue);
  if (out.code == "wrong-answer" || out.code == "unexpected-answer")
    out.message = told;
  else if (out.code.starts_with("killed") || out.code == "ended")
    out.message += "; " + told;
  else
    out.message = told + "; " + out.message;
}

}  // namespace sockrig
