// Causes that the shim's timeline proves: which call stands where the stream, the connection or the program went wrong.
//
// Decides what may be named as a cause. A wrong cause is worse than a symptom, so each is named only where the numbers
// agree, and nothing is said where calls are missing from the timeline.
#pragma once

#include <optional>
#include <string>

#include "observe/observation.hpp"

namespace sockrig {

struct Cause {
  std::string code;  // one of diagnosis_codes()
  std::string text;  // a clause: "send() at server.cpp:42 returned 7 of 4096 and the other 4089 bytes were never sent"
  bool explains_abort = false;  // of one that SIGABRT ended: this is why
  std::string defect{};         // Diagnosis::defect
};

std::string named(const Record& record, const CallEvent& e);          // "send() at server.cpp:42"
std::string connection_of(const Record& record, const CallEvent& e);  // " on a", or "" if it is on none

// What lies in the kernel's queue to a program, which counts the end of the stream as a byte: it is not taken before
// the bytes are.
struct Unread {
  std::uint32_t data = 0;
  bool end = false;
  bool any() const { return end || data != 0; }
};
Unread unread_of(const KernelSocket& s);
std::string to_string(const Unread& u);  // "1 byte lies unread", "the end of the stream lies unread"

// Of bytes that were lost, repeated or wrong (o.divergence is set).
std::optional<Cause> cause_of_divergence(const Observation& o, const Channel& c);
// Of a stream that ended, or was reset, too early or in the wrong way.
std::optional<Cause> cause_of_lost_connection(const Observation& o, const Channel& c);
// Of a program that ended by itself: its last call, if that failed or was told of the end of a stream.
std::optional<Cause> cause_of_end(const Observation& o);
// Of a program that keeps the processor busy.
std::optional<Cause> cause_of_spinning(const Observation& o);
// Of one that waits, while bytes or clients wait for it.
std::optional<Cause> cause_of_standstill(const Observation& o, const Channel* awaited);
// Of an echo that stopped short.
std::optional<Cause> cause_of_debt(const Observation& o, const Channel& c);
// Of a connection that is not closed.
std::optional<Cause> cause_of_open_connection(const Observation& o, const Channel& c);
// Of a port that is not listened on.
std::optional<Cause> cause_of_silence(const Observation& o);
// Of a connection that is refused although the program runs.
std::optional<Cause> cause_of_refusal(const Observation& o);
// Of descriptors that stay open.
std::optional<Cause> cause_of_leak(const Observation& o);
// The call of the send family that had not returned when the program was killed.
std::optional<Cause> cause_of_sigpipe(const Observation& o);

}  // namespace sockrig
