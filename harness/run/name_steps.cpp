// Steps of the subject about names: its attempts to connect, the sockets of those that failed, and the lists of
// addresses that it was given.
#include <poll.h>
#include <signal.h>

#include <algorithm>

#include "record/attempts.hpp"
#include "run/rig.hpp"

namespace sockrig {

// The claim turned out not to be about what this program does.
void Rig::not_applicable(Running& r, std::string code, std::string what) {
  record_.steps[r.record].meaning = StepMeaning::condition;
  contradict(r, std::move(code), std::move(what));
}

bool Rig::met_refusal() {
  if (world_init_ > 0) {  // the network is the subject's alone, and the peer of a client never connects
    const std::int64_t risen = network_counter(failed_attempts).value_or(0) - counters_before_[failed_attempts];
    journal_.fact(failed_attempts, risen);
    if (risen > 0) return true;
  }
  return attempts_of(record_.events).failed;
}

bool Rig::advance_attempts(Running& r, Subject& s) {
  const bool over = !s.started() || s.poll_end().has_value();  // asked first: then all its calls are there
  read_events();
  if (r.step->verb == StepVerb::uses_new_socket) {
    if (attempts_of(record_.events).on_same_socket) {
      contradict(r, "failed-socket-used-again", "it connected the same socket again after its connect() had failed");
      return true;
    }
    return r.done = over || wait_until_idle(r);
  }
  const bool refusal = r.step->verb == StepVerb::meets_refusal;
  if (refusal ? met_refusal() : attempts_of(record_.events).made_again) return r.done = true;
  if (!over && !wait_until_idle(r)) return false;
  contradict(r, "not-met",
             refusal ? "none of its attempts to connect failed" : "it made no further attempt after one had failed");
  return true;
}

bool Rig::advance_dead_sockets(Running& r) {
  if (!wait_until_idle(r)) return false;
  const std::size_t dead = processes_.dead_sockets(sock_diag_);
  journal_.fact("dead sockets", static_cast<std::int64_t>(dead));
  if (dead == 0) return r.done = true;
  contradict(r, "failed-socket-open",
             "it has " + std::to_string(dead) + " TCP socket" + (dead == 1 ? "" : "s") + " open that " +
                 (dead == 1 ? "is" : "are") + " neither connected nor listening");
  return true;
}

bool Rig::advance_results(Running& r, Subject& s) {
  const bool over = s.started() && s.poll_end().has_value();
  if (!over && !wait_until_idle(r)) return false;
  read_events();
  const ResultLists lists = result_lists_of(record_.events);
  journal_.fact("address lists handed out", static_cast<std::int64_t>(lists.handed_out));
  journal_.fact("address lists held", static_cast<std::int64_t>(lists.held));
  const std::string some = std::to_string(lists.held) + (lists.held == 1 ? " list" : " lists") + " of getaddrinfo()";
  if (lists.freed_twice) {
    contradict(r, "results-freed-twice", "it freed a list of getaddrinfo() twice");
  } else if (lists.handed_out == 0) {
    not_applicable(r, "not-met", "it was given no list by getaddrinfo()");
  } else if (lists.held == 0) {
    r.done = true;
  } else if (over && !s.ending()->by_signal) {
    contradict(r, "results-not-freed", "it ended with " + some + " not freed");
  } else if (over) {
    not_applicable(r, "not-met", "it holds " + some + " for as long as it lives, and a signal ended it");
  } else if (told_to_end_) {
    not_applicable(r, "not-met", "it holds " + some + ", and SIGTERM does not end it");
  } else {
    // Holding them for as long as it lives is no mistake: what it does at its end will tell.
    told_to_end_ = record_.ended_by_script = true;
    send_signal({s.pid()}, SIGTERM);
  }
  return true;
}

}  // namespace sockrig
