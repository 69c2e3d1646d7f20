#include "run/rig.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "plan/whole_script.hpp"
#include "record/attempts.hpp"
#include "record/planned_steps.hpp"

namespace sockrig {
namespace {

using std::chrono::steady_clock;

constexpr double give_up_seconds = 300;  // nothing is proved of a program that still moves then
constexpr double seconds_a_round = 10;   // more for each further round
constexpr int shortest_wait_us = 50;     // between looks, growing
constexpr int quiet_enough_us = 20000;   // without an event before the question is asked whether one can come

bool is_sending(StepVerb v) {
  return v == StepVerb::send || v == StepVerb::send_up_to;
}

enum Direction : unsigned { outward = 1, inward = 2 };
unsigned directions(StepVerb v) {
  switch (v) {
    case StepVerb::send:
    case StepVerb::send_up_to:
    case StepVerb::shutdown_write:
    case StepVerb::end:
      return outward;
    case StepVerb::receive:
    case StepVerb::receive_echo:
    case StepVerb::receive_from:
    case StepVerb::receive_lines:
    case StepVerb::receive_end:
      return inward;
    case StepVerb::echo:
      return outward | inward;
    case StepVerb::vanish:
      return 0;  // watches the others
    default:
      return outward | inward;
  }
}

bool receives(StepVerb v) {
  return (directions(v) & inward) != 0;
}
bool share_a_direction(StepVerb a, StepVerb b) {
  return (directions(a) & directions(b)) != 0;
}

}  // namespace

Rig::Rig(const RunSpec& spec, std::uint16_t port, SubjectOptions subject, Region& region, pid_t world_init)
    : spec_(spec),
      scenario_(*spec.scenario),
      seed_(run_seed(spec)),
      port_(port),
      options_(std::move(subject)),
      region_(region),
      world_init_(world_init),
      processes_(world_init),
      detector_(
          sock_diag_, [this](const KernelSocket& s) { return is_ours(s); },
          [this](pid_t pid) {
            const pid_t own = pid_within(pid);
            return KnownTimers{region_.may_ring(own, deadline_seconds), region_.timers_off(own)};
          }),
      script_(whole_script(spec.scenario->scripts.at(spec.role), spec.role)) {
  record_.steps = planned_steps(script_);
  std::size_t steps = 0;
  for (const ScriptLine& line : script_) {
    first_record_.push_back(steps);
    for (const auto& together : line.steps) {
      steps += together.size();
      for (const Step& step : together) {
        if (step.verb == StepVerb::memory_under) measures_memory_ = true;
        if (step.verb == StepVerb::makes_children) looks_for_children_ = true;
        if (step.verb == StepVerb::counter_rises) hold_back_ = false;
        if (step.verb == StepVerb::meets_refusal)
          counters_before_[failed_attempts] = network_counter(failed_attempts).value_or(0);
        if (step.verb == StepVerb::counter_rises) counters_before_[step.name] = network_counter(step.name).value_or(0);
      }
    }
  }
  record_.port = port;
  record_.began_ns = now_ns();
  subject_.write_down_in(journal_, false);
  second_.write_down_in(journal_, true);
}

Rig::~Rig() = default;

bool Rig::is_ours(const KernelSocket& s) const {
  if (world_init_ > 0 || s.local_port == port_ || s.remote_port == port_) return true;
  return std::ranges::any_of(order_, [&](const Endpoint* e) {
    return e->channel.local_port != 0 &&
           (s.local_port == e->channel.local_port || s.remote_port == e->channel.local_port);
  });
}

Record Rig::run() {
  const steady_clock::time_point began = steady_clock::now();
  const double give_up_after = give_up_seconds + seconds_a_round * (scenario_.rounds - 1);
  if (spec_.role == Role::client && scenario_.listens)
    listeners_ = listen_on_loopback(scenario_.listen_address, port_, scenario_.receive_buffer, scenario_.send_buffer);
  note_progress();
  int patience_us = shortest_wait_us, quiet_us = 0;
  steady_clock::time_point checked = began;
  while (!over_) {
    while (!over_ && advance_tasks()) {
      patience_us = shortest_wait_us;
      quiet_us = standstills_ = 0;
      if (seconds_since(checked) > 0.1) break;  // something may move for ever: look at the limits now and then
    }
    if (over_ || finished()) break;
    if (seconds_since(checked) > 0.1) {
      checked = steady_clock::now();
      if (over_limits()) break;
      if (std::chrono::duration<double>(checked - began).count() > give_up_after)
        stop(Stop::deadline, "unfinished",
             "it still moved when " + std::to_string(static_cast<int>(give_up_after)) + " seconds had passed");
      if (over_) break;
      read_events();
      subject_.read_output();
      second_.read_output();
    }
    if (wait_for_events(0)) continue;
    if (grant_idle()) continue;
    if (wait_for_events(patience_us)) continue;
    quiet_us += patience_us;
    if (quiet_us >= quiet_enough_us) {
      quiet_us = 0;
      read_events();
      consider_standstill();
    }
    patience_us = std::min(patience_us * 2, asks_the_kernel() ? 250 : idle_wanted() ? 1000 : quiet_enough_us);
  }
  collect();
  record_.duration_ms = seconds_since(began) * 1000;
  return std::move(record_);
}

void Rig::read_events() {
  for (const CallEvent& e : region_.drain()) journal_.call(e);
}

void Rig::begin_line(std::size_t index) {
  const ScriptLine& line = script_[index];
  const auto add = [&](std::vector<std::uint32_t> turns) {
    Task task;
    task.line = &line;
    task.first_record = first_record_[index];
    task.turns = std::move(turns);
    tasks_.push_back(std::move(task));
    begin_group(tasks_.back());
  };
  std::vector<std::uint32_t> all(line.count);
  std::iota(all.begin(), all.end(), 0u);
  if (line.in_turn) {
    add(std::move(all));
  } else {
    for (const std::uint32_t n : all) add({n});
  }
}

void Rig::begin_group(Task& task) {
  std::size_t record = task.first_record;
  for (std::size_t g = 0; g < task.group; ++g) record += task.line->steps[g].size();
  task.running.clear();
  for (const Step& step : task.line->steps[task.group]) {
    Running r;
    r.step = &step;
    r.record = record++;
    const ActorKind a = task.line->actor;
    if (a == ActorKind::connection || a == ActorKind::standard_input || a == ActorKind::standard_output)
      r.endpoint = &endpoint_of(*task.line, task.turns[task.turn]);
    task.running.push_back(r);
  }
  // What is sent is planned first, so that "receive echo" beside it knows how much there will be.
  for (Running& r : task.running) {
    if (is_sending(r.step->verb)) begin(task, r);
  }
  for (Running& r : task.running) {
    if (!is_sending(r.step->verb)) begin(task, r);
  }
}

// The same again from the first line on, with connections and streams of its own; the record tells of the last round.
void Rig::begin_round() {
  ++round_;
  next_line_ = 0;
  endpoints_.clear();
  order_.clear();
  for (StepRecord& step : record_.steps) {
    step.outcome = StepOutcome::not_reached;
    step.note.clear();
  }
  record_.round = round_;
}

bool Rig::foreground_done() const {
  return std::ranges::all_of(tasks_, [](const Task& t) { return t.line->background; });
}

bool Rig::advance_tasks() {
  bool moved = false;
  if (round_finished() && !finished()) begin_round();
  while (next_line_ < script_.size() && foreground_done()) {
    begin_line(next_line_++);
    moved = true;
  }
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    Task& task = tasks_[i];
    bool all_done = true;
    for (Running& r : task.running) {
      if (r.done) continue;
      // A direction carries one step at a time, in the order in which they began.
      bool free = true;
      for (std::size_t j = 0; j < i && free && r.endpoint != nullptr; ++j) {
        for (const Running& o : tasks_[j].running)
          free = free && (o.done || o.endpoint != r.endpoint || !share_a_direction(o.step->verb, r.step->verb));
      }
      if (free && advance(task, r)) moved = true;
      if (over_) return moved;
      if (r.done) {
        note_progress();
        moved = true;
        StepRecord& record = record_.steps[r.record];
        if (record.outcome == StepOutcome::begun) record.outcome = StepOutcome::met;
      }
      all_done = all_done && r.done;
    }
    if (!all_done) continue;
    moved = true;
    if (++task.group == task.line->steps.size()) {
      task.group = 0;
      ++task.turn;
    }
    if (task.turn == task.turns.size())
      task.done = true;
    else
      begin_group(task);
  }
  std::erase_if(tasks_, [](const Task& t) { return t.done; });
  return moved;
}

void Rig::note_progress() {
  activity_.note();
  standstills_ = 0;
}

// Waits for anything that a step could use.
bool Rig::wait_for_events(int timeout_us) {
  std::vector<pollfd> fds;
  const auto want = [&](int fd, short events) {
    if (fd >= 0) fds.push_back({fd, events, 0});
  };
  for (const Task& task : tasks_) {
    for (const Running& r : task.running) {
      if (r.done || (r.wants_idle && !r.granted)) continue;
      if (r.step->verb == StepVerb::accept || r.step->verb == StepVerb::begins_or_complains) {
        want(listeners_.v4.get(), POLLIN);
        want(listeners_.v6.get(), POLLIN);
      } else if (is_dialogue_verb(r.step->verb)) {
        if (const short events = dialogue_events(r); events != 0) want(r.endpoint->socket.get(), events);
      } else if (r.endpoint != nullptr) {
        const bool echo_owes =
            r.step->verb == StepVerb::echo && r.endpoint->channel.sent < r.endpoint->channel.received;
        if (echo_owes) {
          want(r.endpoint->output, POLLOUT);
          continue;
        }
        if (r.step->verb == StepVerb::connect || is_sending(r.step->verb)) want(r.endpoint->output, POLLOUT);
        if ((directions(r.step->verb) & inward) != 0 && r.step->verb != StepVerb::connect)
          want(r.endpoint->input, POLLIN);
      }
    }
  }
  const std::size_t steps = fds.size();
  if (!subject_.ending()) want(subject_.end_descriptor(), POLLIN);
  const timespec timeout{timeout_us / 1000000, timeout_us % 1000000 * 1000L};
  const int ready = ::ppoll(fds.data(), fds.size(), &timeout, nullptr);
  if (ready < 0 && errno != EINTR) check("ppoll", ready);
  const bool ended_before = subject_.ending().has_value(), second_before = second_.ending().has_value();
  subject_.poll_end();
  second_.poll_end();
  bool event = subject_.ending().has_value() != ended_before || second_.ending().has_value() != second_before;
  for (std::size_t i = 0; i < steps; ++i) event = event || fds[i].revents != 0;
  return event;
}

bool Rig::idle_wanted() const {
  return std::ranges::any_of(tasks_,
                             [](const Task& t) { return std::ranges::any_of(t.running, &Running::waits_for_idle); });
}

// Steps for which the kernel has to be asked again, since no descriptor tells.
bool Rig::asks_the_kernel() const {
  return std::ranges::any_of(tasks_, [](const Task& t) {
    return std::ranges::any_of(t.running, [](const Running& r) {
      const bool connects = r.step->verb == StepVerb::connect || is_dialogue_verb(r.step->verb);
      const bool held_back = connects && !r.endpoint->socket && !r.wants_idle;
      return !r.done && (held_back || r.step->verb == StepVerb::listens || r.step->verb == StepVerb::stop ||
                         r.step->verb == StepVerb::restart || r.step->verb == StepVerb::is_held ||
                         r.step->verb == StepVerb::is_released || r.step->verb == StepVerb::begins_or_complains ||
                         r.step->verb == StepVerb::counter_rises || r.step->verb == StepVerb::time_wait);
    });
  });
}

// Lets the oldest step that waits for the subject's idleness go on, if the subject is idle.
bool Rig::grant_idle() {
  Running* r = nullptr;
  for (Task& task : tasks_) {
    const auto found = std::ranges::find_if(task.running, &Running::waits_for_idle);
    if (r == nullptr && found != task.running.end()) r = &*found;
  }
  if (r == nullptr) return false;
  const Look l = look();
  const bool idle =
      l.motion == Motion::standstill || l.motion == Motion::gone || (l.motion == Motion::dozing && l.attentive);
  if (!idle) return false;
  journal_.look(l);
  return r->granted = true;
}

// The step that the verdict will be about.
void Rig::mark_unmet(const Running& r, std::string code, std::string what) {
  Unmet u;
  u.step = r.record;
  u.code = std::move(code);
  u.what = std::move(what);
  if (r.endpoint != nullptr)
    u.channel = static_cast<std::size_t>(std::ranges::find(order_, r.endpoint) - order_.begin());
  record_.unmet = std::move(u);
}

// Ends the run: all that was under way is unmet.
void Rig::stop(Stop why, std::string code, std::string what) {
  over_ = true;
  record_.stop = why;
  // It has had every chance to do what is asked: the step knows what it did not do.
  const bool at_rest = (why == Stop::standstill || why == Stop::deadline) && code != "unfinished" && code != "held";
  for (const Task& task : tasks_) {
    for (const Running& r : task.running) {
      if (r.done) continue;
      record_.steps[r.record].outcome = StepOutcome::unmet;
      const bool better = !record_.unmet || (record_.steps[record_.unmet->step].meaning != StepMeaning::claim &&
                                             record_.steps[r.record].meaning == StepMeaning::claim);
      if (!better) continue;
      if (at_rest && r.step->verb == StepVerb::keeps_descriptors) {
        mark_unmet(r, "descriptors-leaked", what);
      } else if (at_rest && r.step->verb == StepVerb::has_no_zombies && zombies() > 0) {
        record_.stop = Stop::unmet;
        mark_unmet(r, "zombies", left_as_zombies(zombies()));
      } else {
        mark_unmet(r, code, what);
      }
    }
  }
  if (!record_.unmet) blame_next_step(std::move(code), std::move(what));
}

// Stopped between two lines, where no step is under way: the verdict is about the one that would have come.
void Rig::blame_next_step(std::string code, std::string what) {
  const auto is_next = [](const StepRecord& s) {
    return s.outcome != StepOutcome::met && s.meaning == StepMeaning::claim;
  };
  auto next = std::ranges::find_if(record_.steps, is_next);
  if (next == record_.steps.end()) --next;
  next->outcome = StepOutcome::unmet;
  record_.unmet = Unmet{static_cast<std::size_t>(next - record_.steps.begin()), std::move(code), std::move(what), {}};
}

// Ends the run because of one step that was seen not to hold.
void Rig::contradict(Running& r, std::string code, std::string what) {
  over_ = true;
  record_.stop = Stop::unmet;
  record_.steps[r.record].outcome = StepOutcome::unmet;
  mark_unmet(r, std::move(code), std::move(what));
}

void Rig::fill_notes() {
  for (const Task& task : tasks_) {
    for (const Running& r : task.running) {
      if (r.done || r.endpoint == nullptr || !record_.steps[r.record].note.empty()) continue;
      const Channel& c = r.endpoint->channel;
      std::string& note = record_.steps[r.record].note;
      if (is_sending(r.step->verb))
        note = c.name + ": " + std::to_string(c.sent) + " of " + std::to_string(r.target) + " bytes were taken";
      else if (receives(r.step->verb) && r.target != 0)
        note = c.name + ": " + std::to_string(c.received) + " of " + std::to_string(r.target) + " bytes came";
    }
  }
}

}  // namespace sockrig
