#include "catalogue/script_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sockrig {
namespace {

struct Connection {
  std::uint32_t count = 1;
  int declared = 0;  // line that named it first
  bool open = false;
  bool closed = false;  // was open, and was ended by this side
  bool write_closed = false;
  bool read_ended = false;
  bool sent = false;
  std::size_t opened_by = 0;  // index of the line that opened it
};

struct Process {
  bool ever = false, ended = false, killed = false, stopped = false, counted = false, measured = false;
  bool short_of = false, held = false, was_held = false;
};

bool is_send(const Step& s) {
  return s.verb == StepVerb::send || s.verb == StepVerb::send_up_to || s.verb == StepVerb::echo;
}
bool is_opening(const Step& s) {
  return s.verb == StepVerb::connect || s.verb == StepVerb::accept || leaves_open(s.verb);
}
bool is_receive(const Step& s) {
  return s.verb == StepVerb::receive || s.verb == StepVerb::receive_echo || s.verb == StepVerb::receive_from ||
         s.verb == StepVerb::receive_lines || s.verb == StepVerb::receive_end || s.verb == StepVerb::echo;
}
bool ends_connection(const Step& s) {
  return s.verb == StepVerb::close || s.verb == StepVerb::reset || s.verb == StepVerb::vanish;
}
bool plays(const Step& s) {
  return is_dialogue_verb(s.verb) && !leaves_open(s.verb);
}
bool has_send(const std::vector<Step>& together) {
  return std::any_of(together.begin(), together.end(), is_send);
}

// Asked of what it did while it lived, or of what it left behind.
bool looks_back(StepVerb v) {
  switch (v) {
    case StepVerb::memory_under:
    case StepVerb::meets_dead:
    case StepVerb::meets_shortage:
    case StepVerb::meets_refusal:
    case StepVerb::tries_again:
    case StepVerb::uses_new_socket:
    case StepVerb::frees_results:
    case StepVerb::releases_port:
    case StepVerb::makes_children:
    case StepVerb::closes_once:
      return true;
    default:
      return false;
  }
}

// Done to it, whatever it does itself.
bool is_order(StepVerb v) {
  return v == StepVerb::stop || v == StepVerb::resume || v == StepVerb::terminate || v == StepVerb::kill_first;
}

// Walks the lines in order. Lines closed with "&" and the line that follows them are a group: they run at
// the same time, so none of them may rest on what another one has done.
class Checker {
 public:
  Checker(const Script& script, const std::string& file, Diagnostics& out) : script_(script), file_(file), out_(out) {
    processes_["subject"].ever = !starts_subject(script);
  }

  void run() {
    for (at_ = 0; at_ < script_.size(); ++at_) {
      if (at_ == 0 || !script_[at_ - 1].background) find_group();
      line(script_[at_]);
    }
    if (script_.back().background) problem(script_.back(), 0, "nothing follows this line: it cannot end with '&'");
  }

 private:
  void problem(const ScriptLine& line, int column, std::string message) {
    out_.push_back({file_, line.line, column, std::move(message)});
  }

  void find_group() {
    group_begin_ = group_end_ = at_;
    while (group_end_ < script_.size() && script_[group_end_].background) ++group_end_;
  }

  // Does another line of the group, of the same actor, do such a step?
  template <typename Predicate>
  bool beside(const std::string& name, Predicate predicate, bool only_earlier) const {
    for (std::size_t i = group_begin_; i <= group_end_ && i < script_.size(); ++i) {
      if (i == at_ || script_[i].name != name || (only_earlier && i > at_)) continue;
      for (const auto& together : script_[i].steps) {
        if (std::any_of(together.begin(), together.end(), predicate)) return true;
      }
    }
    return false;
  }

  void line(const ScriptLine& l) {
    if (l.actor == ActorKind::connection && !declared(l)) return;
    for (const auto& together : l.steps) {
      // All are checked against what held before any of them began.
      for (const Step& step : together) check(l, together, step);
      for (const Step& step : together) apply(l, step);
    }
  }

  bool declared(const ScriptLine& l) {
    const auto [it, fresh] = connections_.try_emplace(l.name);
    if (fresh) {
      it->second.count = l.count;
      it->second.declared = l.line;
    } else if (it->second.count != l.count) {
      problem(l, 0,
              fmt::format("'{}' stands for {} connection{} since line {}, here for {}: write '{}{}:'", l.name,
                          it->second.count, it->second.count == 1 ? "" : "s", it->second.declared, l.count,
                          it->second.count == 1 ? "" : fmt::format("{} ", it->second.count), l.name));
      return false;
    }
    return true;
  }

  void check(const ScriptLine& l, const std::vector<Step>& together, const Step& step) {
    std::string wrong;
    switch (l.actor) {
      case ActorKind::connection:
        wrong = wrong_on_connection(l, together, step, connections_[l.name]);
        break;
      case ActorKind::standard_input:
        wrong = wrong_on_input(together, step);
        break;
      case ActorKind::standard_output:
        wrong = wrong_on_output(step);
        break;
      case ActorKind::subject:
      case ActorKind::second:
        wrong = wrong_on_process(l.name, step, processes_[l.name]);
        break;
      case ActorKind::port:
        wrong = wrong_on_port(step);
        break;
      case ActorKind::queue:
        wrong = wrong_on_queue(step);
        break;
      case ActorKind::kernel:
        break;
    }
    if (!wrong.empty()) problem(l, step.column, wrong);
  }

  bool gives(const std::string& name, bool sent, const std::vector<Step>* together) const {
    return sent || (together != nullptr && has_send(*together)) || beside(name, is_send, false);
  }

  std::string wrong_on_connection(const ScriptLine& l, const std::vector<Step>& together, const Step& step,
                                  const Connection& c) const {
    if (together.size() > 1 && is_dialogue_verb(step.verb)) {
      return "a dialogue has its connection to itself: nothing can happen there at the same time";
    }
    if (is_opening(step) || plays(step)) {
      return c.open ? fmt::format("'{}' is connected already: close or reset it first", l.name) : "";
    }
    if (c.closed) return fmt::format("'{}' is closed: only connecting again can follow", l.name);
    if (!c.open) return fmt::format("'{}' is not connected yet: connect or accept comes first", l.name);
    if (c.opened_by != at_ && c.opened_by >= group_begin_) {
      return fmt::format("'{}' may not be connected yet: line {} goes on at the same time (drop its '&')", l.name,
                         script_[c.opened_by].line);
    }
    if (is_send(step) && c.write_closed) return "after 'shutdown write' nothing more can be sent";
    if (is_receive(step) && c.read_ended) return "after 'receive end' nothing more can be received";
    if (step.verb == StepVerb::receive_echo && !gives(l.name, c.sent, &together)) {
      return fmt::format("'{}' has sent nothing: there is no echo to receive", l.name);
    }
    if ((step.verb == StepVerb::receive_from || step.verb == StepVerb::echo) && !gives("stdin", input_sent_, nullptr)) {
      return "stdin was given nothing: there is nothing to receive";
    }
    if (step.verb == StepVerb::shutdown_write) {
      if (c.write_closed) return "'shutdown write' was said already";
      if (has_send(together) || beside(l.name, is_send, true)) {
        return "'shutdown write' would race with a send at the same time: let it come after";
      }
    }
    if (step.verb == StepVerb::close && (together.size() > 1 || beside(
                                                                    l.name, [](const Step&) { return true; }, true))) {
      return "'close' would race with what happens at the same time: let it come after";
    }
    return "";
  }

  std::string wrong_on_input(const std::vector<Step>& together, const Step& step) const {
    if (input_ended_) return "stdin was ended already";
    if (step.verb == StepVerb::end && (has_send(together) || beside("stdin", is_send, true))) {
      return "'end' would race with a send at the same time: let it come after";
    }
    return "";
  }

  std::string wrong_on_output(const Step& step) const {
    if (output_ended_) return "after 'receive end' nothing more can be received";
    if (step.verb != StepVerb::receive_from) return "";
    const auto it = connections_.find(step.name);
    const bool later = beside(
        step.name, [](const Step&) { return true; }, false);
    if (it == connections_.end() && !later) return fmt::format("there is no connection '{}' so far", step.name);
    if (it != connections_.end() && it->second.count != 1) {
      return fmt::format("'{}' stands for {} connections: stdout can be compared with one", step.name,
                         it->second.count);
    }
    if (!gives(step.name, it != connections_.end() && it->second.sent, nullptr)) {
      return fmt::format("'{}' has sent nothing: there is nothing to receive", step.name);
    }
    return "";
  }

  std::string wrong_on_port(const Step& step) {
    if (step.verb == StepVerb::port_kept)
      return port_taken_ ? "" : "the port was not taken: 'port: is taken' comes first";
    if (port_taken_) return "the port is taken already";
    return processes_["subject"].ever ? "the port can be taken only before 'subject: start'" : "";
  }

  std::string wrong_on_queue(const Step& step) const {
    if (step.verb == StepVerb::queue_fills) return queue_full_ ? "the queue is full already" : "";
    if (!queue_full_) return "the queue is not full: 'queue: is full' comes first";
    const auto subject = processes_.find("subject");
    const bool runs = subject != processes_.end() && subject->second.ever;
    if (step.verb != StepVerb::queue_drains && !runs) return "nobody can be turned away before 'subject: start'";
    return "";
  }

  static std::string wrong_on_process(const std::string& name, const Step& step, const Process& p) {
    if (step.verb == StepVerb::start) {
      return p.ever ? fmt::format("{} was started already: 'restart' starts it again", name) : "";
    }
    if (!p.ever) return fmt::format("{} was not started yet: '{}: start' comes first", name, name);
    if (step.verb == StepVerb::restart) {
      return p.ended ? "" : fmt::format("{} has not ended: 'kill' or 'exits' comes before 'restart'", name);
    }
    if (looks_back(step.verb)) return "";
    if (step.verb == StepVerb::kill) return "";               // whatever it left behind
    if (p.killed && step.verb == StepVerb::exits) return "";  // waits until the signal has done its work
    if (p.ended) return fmt::format("{} has ended: only 'restart' can follow", name);
    if (step.verb == StepVerb::is_held && p.was_held) return "it was held already: one call of a run is held";
    if (step.verb == StepVerb::is_released) return p.held ? "" : "nothing is held: 'is held' comes first";
    if (p.held && !is_order(step.verb)) return "a call of it is held: 'is released' comes first";
    if (step.verb == StepVerb::resume && !p.stopped) return fmt::format("{} was not stopped", name);
    if (step.verb == StepVerb::stop && p.stopped) return fmt::format("{} was stopped already", name);
    if (step.verb == StepVerb::keeps_descriptors && !p.counted) {
      return "nothing was counted: 'count descriptors' comes first";
    }
    if (step.verb == StepVerb::has_again && !p.short_of) {
      return "it has descriptors: 'runs out of descriptors' comes first";
    }
    if (step.verb == StepVerb::memory_grows && !p.measured) {
      return "nothing was counted: 'count memory' comes first";
    }
    return "";
  }

  void apply(const ScriptLine& l, const Step& step) {
    if (l.actor == ActorKind::connection) {
      apply(connections_[l.name], step);
    } else if (l.actor == ActorKind::standard_input) {
      input_sent_ |= is_send(step);
      input_ended_ |= step.verb == StepVerb::end;
    } else if (l.actor == ActorKind::standard_output) {
      output_ended_ |= step.verb == StepVerb::receive_end;
    } else if (l.actor == ActorKind::port) {
      port_taken_ = true;
    } else if (l.actor == ActorKind::queue) {
      if (step.verb == StepVerb::queue_fills) queue_full_ = true;
      if (step.verb == StepVerb::queue_drains) queue_full_ = false;
    } else if (l.actor != ActorKind::kernel) {
      apply(processes_[l.name], step);
      if (l.actor == ActorKind::subject && step.verb == StepVerb::restart) {
        input_sent_ = input_ended_ = output_ended_ = false;
      }
    }
  }

  void apply(Connection& c, const Step& step) const {
    if (is_opening(step)) c = {.count = c.count, .declared = c.declared, .open = true, .opened_by = at_};
    if (is_send(step)) c.sent = true;
    if (step.verb == StepVerb::shutdown_write) c.write_closed = true;
    if (step.verb == StepVerb::receive_end) c.read_ended = true;
    if (ends_connection(step) || plays(step)) c.open = false, c.closed = true;
  }

  static void apply(Process& p, const Step& step) {
    switch (step.verb) {
      case StepVerb::start:
      case StepVerb::restart:
        p = {.ever = true, .was_held = p.was_held};
        break;
      case StepVerb::kill:
      case StepVerb::kill_first:
        p.killed = p.ended = true;
        break;
      case StepVerb::exits:
      case StepVerb::exits_zero:
      case StepVerb::complains:
      case StepVerb::exits_or_complains:
      case StepVerb::delivers_or_complains:
        p.ended = true, p.killed = false;
        break;
      case StepVerb::is_held:
        p.held = p.was_held = true;
        break;
      case StepVerb::is_released:
        p.held = false;
        break;
      case StepVerb::stop:
        p.stopped = true;
        break;
      case StepVerb::resume:
        p.stopped = false;
        break;
      case StepVerb::runs_out:
      case StepVerb::has_again:
        p.short_of = step.verb == StepVerb::runs_out;
        break;
      case StepVerb::count_descriptors:
        p.counted = true;
        break;
      case StepVerb::count_memory:
        p.measured = true;
        break;
      default:
        break;
    }
  }

  const Script& script_;
  const std::string& file_;
  Diagnostics& out_;
  std::map<std::string, Connection> connections_;
  std::map<std::string, Process> processes_;
  bool input_sent_ = false, input_ended_ = false, output_ended_ = false, port_taken_ = false, queue_full_ = false;
  std::size_t at_ = 0, group_begin_ = 0, group_end_ = 0;  // the line and its group, as indices
};

}  // namespace

void check_script(const Script& script, const std::string& file, Diagnostics& out) {
  if (!script.empty()) Checker(script, file, out).run();
}

const ScriptLine* second_connection(const Script& script) {
  std::uint64_t opened = 0;
  const ScriptLine* second = nullptr;
  any_step(script, [&](const ScriptLine& line, const Step& step) {
    const bool begins = step.verb == StepVerb::start || step.verb == StepVerb::restart;
    if (line.actor == ActorKind::subject && begins) opened = 0;
    if (is_opening(step) || plays(step)) opened += line.count;
    if (makes_cuts(step.verb)) opened += line.count;
    if (opened > 1) second = &line;
    return second != nullptr;
  });
  return second;
}

bool ends_subject(const Script& script) {
  bool ended = false;
  for (const ScriptLine& line : script) {
    if (line.actor != ActorKind::subject) continue;
    for (const auto& together : line.steps) {
      for (const Step& step : together) {
        ended = step.verb == StepVerb::exits || step.verb == StepVerb::exits_zero || step.verb == StepVerb::complains ||
                step.verb == StepVerb::exits_or_complains;
      }
    }
  }
  return ended;
}

}  // namespace sockrig
