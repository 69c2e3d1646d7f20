// The program under test: started, watched, signalled and ended.
//
// Decides how it is started (environment, limits, descriptors). Its output is kept, bounded, and never believed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/ending.hpp"
#include "run/check.hpp"
#include "run/journal.hpp"

namespace sockrig {

struct SubjectOptions {
  std::string command;                   // as a shell would read it, placeholders filled in
  std::vector<std::string> environment;  // "NAME=value", added to or replacing the caller's
  bool in_world = true;                  // settle_in_world() in the child
  bool standard_output_is_data = false;  // client: stdout is handed to the script instead of being kept as text
  bool standard_input_closed = false;    // it has no descriptor 0
  bool standard_input_is_pipe = false;   // only where little is sent: splice(2) holds a pipe's lock while it waits
  bool standard_output_is_pipe = false;  // … and, for the same reason, read only when it has ended
  std::uint32_t open_descriptors = 0;    // every number below is taken, by descriptors that are never ready
};

class Subject {
 public:
  Subject() = default;
  // Its start, its end and when it wrote go there from now on.
  void write_down_in(Journal& journal, bool second) { journal_ = &journal, second_ = second; }
  // Throws std::system_error if it cannot be started (the call that failed in the child is named).
  void start(const SubjectOptions& options);
  bool started() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }

  // Collects its end without waiting. Once ended it stays so until started again.
  const std::optional<Ending>& poll_end();
  const std::optional<Ending>& ending() const { return ending_; }
  int end_descriptor() const { return end_.get(); }  // becomes readable when its first process ends; -1 before start

  // Takes what it has written so far; keeps the first 64 KiB. To be called now and then, so that memory stays bounded.
  void read_output();
  const std::string& output() const { return output_; }
  bool said_something() const { return said_something_; }  // since it was started

  int standard_input() const { return input_.get(); }  // write end, non-blocking; -1 once closed
  void close_standard_input() { input_.reset(); }
  int standard_output() const { return data_.get(); }  // read end, non-blocking; -1 if not data
  void close_standard_output() { data_.reset(); }

 private:
  pid_t pid_ = -1;
  std::optional<Ending> ending_;
  Descriptor input_, data_, text_, end_;
  std::string output_;
  std::uint64_t text_read_ = 0;
  bool said_something_ = false;
  Journal* journal_ = nullptr;
  bool second_ = false;
};

// Signals to every process in the list; those that are gone are passed over.
void signal_all(const std::vector<pid_t>& pids, int signal);

}  // namespace sockrig
