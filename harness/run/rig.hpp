// Carries out a script against a subject: one thread, one loop, no sleeping.
//
// Decides when a step begins, when it is done, and when it is contradicted or proved hopeless. It judges nothing else.
// Every wait is for an event; when no event comes, the rig looks whether one still can (standstill.hpp).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/run_spec.hpp"
#include "record/record.hpp"
#include "run/activity.hpp"
#include "run/conversation.hpp"
#include "run/descriptor_limits.hpp"
#include "run/endpoint.hpp"
#include "run/full_queue.hpp"
#include "run/journal.hpp"
#include "run/process_tree.hpp"
#include "run/region.hpp"
#include "run/sock_diag.hpp"
#include "run/standstill.hpp"
#include "run/subject.hpp"

namespace sockrig {

inline constexpr double deadline_seconds = 10;  // for programs that wait with timeouts; nothing else is timed

class Rig {
 public:
  // `world_init`: as enter_world() returned it; 0 = there is no private network.
  Rig(const RunSpec& spec, std::uint16_t port, SubjectOptions subject, Region& region, pid_t world_init);
  ~Rig();
  // Throws std::system_error if the machine fails us (never because of what the subject does).
  Record run();

 private:
  // One step under way, for one connection (or the subject).
  struct Running {
    const Step* step = nullptr;
    std::size_t record = 0;  // index into record_.steps
    Endpoint* endpoint = nullptr;
    bool begun = false, done = false;
    bool signalled = false;    // "stop": the signal was sent
    std::uint64_t target = 0;  // offset that it goes to
    std::uint64_t piece_end = 0;
    bool wants_idle = false;  // goes on only once the subject waits
    bool granted = false;     // … and it does
    bool waits_for_idle() const { return !done && wants_idle && !granted; }
  };
  // One actor on its way through one line.
  struct Task {
    const ScriptLine* line = nullptr;
    std::size_t first_record = 0;      // of the line's steps
    std::vector<std::uint32_t> turns;  // numbers of the connections that do the line one after the other
    std::size_t turn = 0, group = 0;
    std::vector<Running> running;
    bool done = false;
  };

  // rig.cpp: the loop
  void begin_line(std::size_t index);
  void begin_group(Task& task);
  bool advance_tasks();
  bool foreground_done() const;
  bool round_finished() const { return next_line_ == script_.size() && tasks_.empty(); }
  bool finished() const { return round_finished() && round_ == scenario_.rounds; }
  void begin_round();
  bool wait_for_events(int timeout_us);
  void consider_standstill();
  bool idle_wanted() const;
  bool asks_the_kernel() const;
  bool grant_idle();
  void read_events();
  void stop(Stop why, std::string code, std::string what);
  void blame_next_step(std::string code, std::string what);
  void contradict(Running& r, std::string code, std::string what);
  void mark_unmet(const Running& r, std::string code, std::string what);
  void note_progress();
  bool spins();
  bool over_limits();
  bool is_ours(const KernelSocket& s) const;  // in a network that others use, too
  void collect();
  void fill_notes();

  // channel_steps.cpp: each returns whether something moved; sets r.done
  bool advance(Task& task, Running& r);
  bool advance_connection(Task& task, Running& r);
  bool advance_send(Running& r);
  bool advance_receive(Running& r);
  bool advance_receive_end(Running& r);
  bool goes_on_sending(Endpoint& e);
  bool advance_echo(Running& r);
  bool advance_vanish(Task& task, Running& r);
  bool advance_connect(Running& r);
  void begin(Task& task, Running& r);
  Endpoint& endpoint_of(const ScriptLine& line, std::uint32_t number);
  Endpoint* source(const std::string& name, Endpoint& self);

  // dialogue_steps.cpp
  bool advance_dialogue(Task& task, Running& r);
  bool advance_moves(Running& r, Conversation& c);
  bool answers(Running& r, Conversation& c);
  bool next_play(Running& r, Conversation& c);
  void contradict_dialogue(Running& r, const Conversation& c, std::string code);
  short dialogue_events(const Running& r) const;
  void note_dialogue();

  // subject_steps.cpp
  bool advance_subject(const ScriptLine& line, Running& r);
  bool advance_kernel(Running& r);
  std::uint64_t held_by_subject();
  bool met_dead_connection();
  bool died_in_send();
  bool listens();
  bool queue_is_full();
  bool killed_are_gone() const;
  bool wait_until_idle(Running& r);
  bool check_end(Running& r, Subject& s);
  void signal_first(Subject& s, int signal);
  void send_signal(const std::vector<pid_t>& pids, int signal);

  // name_steps.cpp: names, attempts to connect, and what they leave behind
  bool advance_attempts(Running& r, Subject& s);
  bool advance_results(Running& r, Subject& s);
  bool advance_dead_sockets(Running& r);
  bool met_refusal();
  void not_applicable(Running& r, std::string code, std::string what);

  // setup_steps.cpp
  bool advance_port(Running& r);
  bool advance_shortage(Running& r, Subject& s);
  bool begins_or_complains(Running& r, Subject& s);
  bool met_shortage();
  std::string undelivered() const;

  // hold_steps.cpp
  bool advance_hold(Running& r);
  bool resets_have_arrived();
  bool holder_lives() const;
  void blame(Stop why, std::string code, std::string what);

  // life_steps.cpp: how it stops, what it leaves behind, and the queue of the peer's own listener
  bool advance_life(Running& r, Subject& s);
  bool advance_queue(Running& r);
  bool tell_to_stop(Running& r, Subject& s);
  bool release_port(Running& r);
  bool find_child(Running& r);
  bool find_zombies(Running& r);
  std::int64_t zombies() const;
  static std::string left_as_zombies(std::int64_t n);
  bool compare_memory(Running& r);
  bool count_closes(Running& r, const Subject& s);
  bool kernel_tries_again(const Look& l) const;

  // watch.cpp
  Look look();
  void explain_end();
  bool faults_move_data() const;
  void settle_counters();
  std::vector<SocketRecord> seen_sockets() const;

  const RunSpec& spec_;
  const Scenario& scenario_;
  const std::uint64_t seed_;
  const std::uint16_t port_;
  const SubjectOptions options_;
  Region& region_;
  const pid_t world_init_;
  const ProcessTree processes_;
  SockDiag sock_diag_;
  StandstillDetector detector_;

  Script script_;                          // with the lines that go without saying in front
  std::vector<std::size_t> first_record_;  // of each line
  std::map<std::pair<std::string, std::uint32_t>, std::unique_ptr<Endpoint>> endpoints_;
  std::vector<Endpoint*> order_;  // as they were first named
  std::map<const Endpoint*, Conversation> conversations_;
  Listeners listeners_;
  Subject subject_, second_;
  std::deque<Task> tasks_;  // under way; the last begun stands last
  std::size_t next_line_ = 0;
  Record record_;
  Journal journal_{record_};
  bool over_ = false;
  bool hold_back_ = true;  // do not overflow the listener's queue: only a script that counts overflows wants that

  std::vector<pid_t> killed_;  // by "kill", since the last start
  ProcessTree::Descriptors descriptors_before_;
  DescriptorLimits descriptor_limits_;
  bool released_on_dead_ = false;  // the held call was let go on a connection whose other side was gone
  bool told_to_end_ = false;       // by "frees its results"
  // What the script asks about, and has to be noted before:
  bool measures_memory_ = false, looks_for_children_ = false;
  std::uint64_t memory_before_ = 0;
  std::map<std::string, std::int64_t> counters_before_;
  std::uint32_t round_ = 1;
  std::vector<pid_t> processes_before_;  // when it was last seen to listen or to wait
  std::uint64_t counted_memory_ = 0;
  Switches switches_at_zombies_;  // when zombies were first seen
  FullQueue full_queue_;
  Activity activity_;
  int standstills_ = 0;  // in a row
};

}  // namespace sockrig
