// What the rig sees of the subject while a script goes on: does it still move, does it spin, is it over its limits; and
// what is written down at the end.
#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "record/coverage.hpp"
#include "run/out_of_sight.hpp"
#include "run/rig.hpp"

namespace sockrig {
namespace {

using std::chrono::steady_clock;

constexpr int standstills_needed = 3;
constexpr std::uint64_t most_memory = std::uint64_t{2} << 30;
constexpr std::size_t most_processes = 1000;

}  // namespace

Look Rig::look() {
  // What came was received: acknowledge it now rather than some 40 ms later, or it would count as on its way.
  for (const Endpoint* e : order_) acknowledge(*e);
  return detector_.look([this] { return processes_.pids(); }, [this] { return !wait_for_events(0); });
}

void Rig::consider_standstill() {
  const Look l = look();
  if (wait_for_events(0)) return;
  record_.last_look = l;
  journal_.look(l);
  if (kernel_tries_again(l)) {
    standstills_ = 0;
    return;
  }
  switch (l.motion) {
    case Motion::moving:
      standstills_ = 0;
      if (spins()) blame(Stop::spinning, "spinning", "it uses the processor, and nothing moves");
      return;
    case Motion::gone:
      if (++standstills_ >= standstills_needed) stop(Stop::gone, "gone", "no process of it is left");
      return;
    case Motion::standstill:
      if (++standstills_ >= standstills_needed)
        blame(Stop::standstill, "stuck", "every thread of it waits, and nothing that it waits for can come");
      return;
    case Motion::dozing:
      break;
  }
  // Timed waits: proved hopeless once every one of them has come back to the same call often enough.
  const std::optional<bool> back = activity_.dozed_in_vain(l);
  if (!back) return;
  const bool too_long = activity_.idle_seconds() > deadline_seconds;
  if ((*back || too_long) && idle_wanted()) {
    // Somebody waits for it to be idle; more idle than that it will not be.
    for (Task& task : tasks_) {
      for (Running& r : task.running) r.granted = r.granted || (!r.done && r.wants_idle);
    }
    note_progress();
  } else if (*back)
    blame(Stop::standstill, "stuck", "it woke up again and again and went back to waiting for what cannot come");
  else if (too_long)
    blame(Stop::deadline, "no-progress", "it waits with a timeout, and nothing moved for 10 seconds");
}

bool Rig::spins() {
  // Before it listens, or connects, its run-time may have much to load; those that ran before it do not count.
  constexpr std::uint32_t at_work = wire::socket_listener | wire::socket_accepted | wire::socket_connected;
  const std::set<std::int32_t> alive = processes_.alive_within();
  const bool starting = std::ranges::none_of(region_.sockets(), [&](const wire::Socket& s) {
    const std::uint32_t flags = s.flags.load();
    return (flags & at_work) != 0 && (flags & wire::socket_closed) == 0 && alive.contains(s.pid);
  });
  std::vector<KernelSocket> queues = sock_diag_.alive();
  std::erase_if(queues, [&](const KernelSocket& s) { return !is_ours(s); });
  return activity_.spins(processes_.pids(), region_.sockets(), queues, starting);
}

bool Rig::over_limits() {
  const std::vector<pid_t> pids = processes_.pids();
  if (pids.size() > most_processes)
    stop(Stop::too_much, "too-many-processes", "it has more than " + std::to_string(most_processes) + " processes");
  else if (processes_.memory() > most_memory && processes_.proportional_memory() > most_memory)
    stop(Stop::too_much, "too-much-memory", "it uses more than 2 GiB of memory");
  return over_;
}

// Is there a fault whose verdict rests on the shim having seen the data?
bool Rig::faults_move_data() const {
  return std::ranges::any_of(scenario_.faults, [](const Fault& f) {
    return f.rule.verb != wire::Verb::hold && (f.rule.families & wire::data_families) != 0;
  });
}

// A call counts its bytes just after they moved: wait until they are counted, or until the program does nothing any
// more. How long that takes decides nothing but how long it takes.
void Rig::settle_counters() {
  const steady_clock::time_point began = steady_clock::now();
  for (;;) {
    const std::vector<KernelSocket> sockets = sock_diag_.list();
    std::vector<Channel> channels;
    for (Endpoint* e : order_) {
      if (e->channel.local_port != 0) e->channel.on_the_way = bytes_on_the_way(e->channel.local_port, port_, sockets);
      channels.push_back(e->channel);
    }
    if (unseen_bytes(channels, seen_sockets()).none() || seconds_since(began) > deadline_seconds) break;
    record_.out_of_sight = out_of_sight(processes_.pids());
    if (!record_.out_of_sight.empty() || processes_.pids().empty()) break;
    const Motion motion = look().motion;
    if (motion == Motion::standstill || motion == Motion::dozing) {
      if (unseen_bytes(channels, seen_sockets()).none()) continue;
      break;
    }
    wait_for_events(1000);
  }
}

std::vector<SocketRecord> Rig::seen_sockets() const {
  std::vector<SocketRecord> out;
  for (const wire::Socket& s : region_.sockets()) {
    SocketRecord r;
    r.pid = s.pid;
    r.fd = s.fd;
    r.birth = s.birth;
    r.flags = s.flags.load();
    r.connection = s.connection.load();
    r.local_port = s.local_port;
    r.remote_port = s.remote_port;
    r.received = s.received.load();
    r.sent = s.sent.load();
    r.recv_calls = s.recv_calls.load();
    r.send_calls = s.send_calls.load();
    r.ends = s.ends.load();
    out.push_back(std::move(r));
    const std::uint32_t inside = s.inside.load();
    if ((inside & 0xffff) == 0 || (inside & 0xffff) > static_cast<std::uint32_t>(wire::Call::count)) continue;
    out.back().inside = static_cast<wire::Call>((inside & 0xffff) - 1);
    out.back().image = static_cast<std::uint8_t>(inside >> 16);
    out.back().caller = s.inside_caller.load();
  }
  return out;
}

void Rig::collect() {
  fill_notes();
  note_dialogue();
  if (over_) {
    // A program that dies of what was done to it may take a moment longer than its connection.
    for (int i = 0; i < 50 && subject_.started() && !subject_.poll_end(); ++i) {
      const Look l = look();
      if (record_.last_look.threads.empty()) record_.last_look = l;
      if (l.motion == Motion::standstill || l.motion == Motion::dozing) break;
      pollfd ended{subject_.end_descriptor(), POLLIN, 0};
      ::poll(&ended, 1, 2);
    }
    for (const KernelSocket& s : processes_.listeners(sock_diag_)) {
      const bool ours = spec_.role == Role::client && s.local_port == port_;
      if (!ours) record_.listening.push_back(s.local_port);
    }
  }
  if (record_.stop == Stop::none && faults_move_data() && !record_.ended_by_script) settle_counters();
  for (Endpoint* e : order_) record_.channels.push_back(e->channel);
  subject_.poll_end();
  second_.poll_end();
  record_.subject_ending = subject_.ending();
  record_.second_ending = second_.ending();
  subject_.read_output();
  second_.read_output();
  record_.output = subject_.output() + second_.output();
  read_events();
  const wire::Region& m = region_.memory();
  record_.events_dropped = m.dropped.load();
  if (world_init_ == 0 && !(scenario_.hosts.empty() && scenario_.service.empty())) {
    record_.names_asked = m.names.asked.load();
    journal_.fact("names told by the shim", static_cast<std::int64_t>(*record_.names_asked));
  }
  record_.processes_attached = std::min<std::size_t>(m.process_count.load(), wire::max_processes);
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
    RuleRecord r{m.rules[i].seen.load(), m.rules[i].fired.load(), m.rules[i].fired_own.load(), {}};
    for (std::size_t w = 0; w < std::size(r.withheld); ++w) r.withheld[w] = m.rules[i].withheld[w].load();
    record_.rules.push_back(r);
  }
  record_.sockets = seen_sockets();
  explain_end();
}

}  // namespace sockrig
