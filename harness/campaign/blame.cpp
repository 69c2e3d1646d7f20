#include "campaign/blame.hpp"

#include <stdexcept>

#include "judge/judge.hpp"

namespace sockrig {
namespace {

// What it failed of, if a claim can be about it; "" = nothing.
std::string defect_of(const std::optional<Result>& r) {
  return r && r->outcome == Outcome::fail && r->diagnosis ? r->diagnosis->defect : std::string();
}

RunId id_in_plan(const RunSpec& spec, std::size_t index) {
  return {.index = index, .claim = spec.scenario->id, .variant = {spec.role, spec.command}};
}

// What is skipped for a reason of its own explains nothing.
bool explains(const RunSpec& spec) {
  return spec.skip.empty() && !spec.scenario->explains.empty();
}

}  // namespace

Blame::Blame(const std::vector<RunSpec>& plan) : runs_(plan.size()) {
  std::map<Variant, std::size_t> programs;
  std::map<std::pair<std::size_t, std::string>, std::size_t> places;  // of a program's claims
  for (std::size_t i = 0; i < plan.size(); ++i) {
    Run& run = runs_[i];
    run.spec = &plan[i];
    run.program = programs.try_emplace({plan[i].role, plan[i].command}, programs.size()).first->second;
    places[{run.program, plan[i].scenario->id}] = i;
    if (explains(plan[i])) defects_[{run.program, plan[i].scenario->explains}].explainers.push_back(i);
  }
  programs_.resize(programs.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    for (const std::string& id : plan[i].after) {
      const auto found = places.find({runs_[i].program, id});
      if (found == places.end()) continue;
      runs_[i].before.push_back(found->second);
      runs_[found->second].dependents.push_back(i);
      ++runs_[i].unsettled;
    }
  }
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (runs_[i].unsettled == 0) to_look_at_.push(i);
  }
  for (Program& program : programs_) work_off(program);
}

std::optional<std::size_t> Blame::next() {
  if (ready_.empty()) return {};
  const std::size_t run = ready_.top();
  ready_.pop();
  ++visits_;
  runs_[run].state = State::running;
  return run;
}

void Blame::finished(std::size_t run, Result raw) {
  raw.index = run;
  raw.command = runs_[run].spec->command;
  runs_[run].raw = std::move(raw);
  ended(run);
}

void Blame::not_run(std::size_t run) {
  runs_[run].instead = unjudged(*runs_[run].spec, Outcome::inconclusive, "was not run");
  runs_[run].instead->index = run;
  ended(run);
}

const std::optional<Result>& Blame::result(std::size_t run) const {
  return runs_[run].instead ? runs_[run].instead : runs_[run].raw;
}

bool Blame::wanted(std::size_t run) const {
  const Run& r = runs_[run];
  return (r.state == State::running || r.raw) && (r.broken || r.unsettled > 0);
}

std::vector<Judged> Blame::judged() const {
  std::vector<Judged> out;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (const std::optional<Result>& r = result(i)) out.push_back({runs_[i].raw, *r, wanted(i)});
  }
  return out;
}

void Blame::begin_later(std::size_t run) {
  runs_[run].state = State::ready;
  ++programs_[runs_[run].program].alive;
  ready_.push(run);
}

void Blame::ended(std::size_t run) {
  Run& r = runs_[run];
  r.state = State::finished;
  --programs_[r.program].alive;
  if (Defect* const better = told_better_by(r)) ask(*better, run);
  if (explains(*r.spec)) answer(defects_.at({r.program, r.spec->scenario->explains}));
  to_look_at_.push(run);
  work_off(programs_[r.program]);
}

Blame::Defect* Blame::told_better_by(const Run& run) {
  const std::string defect = defect_of(run.raw);
  if (defect.empty() || run.spec->scenario->explains == defect) return nullptr;
  const auto found = defects_.find({run.program, defect});
  return found == defects_.end() ? nullptr : &found->second;
}

void Blame::ask(Defect& defect, std::size_t asker) {
  if (!defect.answered()) defect.askers.push_back(asker);
  if (std::exchange(defect.wanted, true)) return;
  for (const std::size_t e : defect.explainers) {
    ++visits_;
    if (runs_[e].state == State::waiting) begin_later(e);
  }
}

void Blame::answer(Defect& defect) {
  while (!defect.answered()) {
    const std::size_t e = defect.explainers[defect.heard];
    const Run& run = runs_[e];
    if (run.state != State::finished && run.state != State::settled) return;
    ++visits_;
    if (defect_of(run.raw) == run.spec->scenario->explains)
      defect.shown_by = e;
    else
      ++defect.heard;
  }
  for (const std::size_t asker : std::exchange(defect.askers, {})) to_look_at_.push(asker);
}

void Blame::work_off(Program& program) {
  const auto look = [&] {
    for (; !to_look_at_.empty(); to_look_at_.pop()) look_at(to_look_at_.front());
  };
  look();
  if (program.alive > 0 || std::exchange(program.over, true)) return;
  for (const std::size_t run : std::exchange(program.held_back, {})) to_look_at_.push(run);
  look();
}

void Blame::look_at(std::size_t run) {
  ++visits_;
  switch (runs_[run].state) {
    case State::waiting:
      return look_at_waiting(run);
    case State::finished:
      return look_at_finished(run);
    case State::ready:
    case State::running:
    case State::settled:
      return;
  }
}

void Blame::look_at_waiting(std::size_t run) {
  const Run& r = runs_[run];
  Program& program = programs_[r.program];
  if (r.unsettled > 0) return;
  if (!r.spec->skip.empty())
    skip(run, first_broken(r), r.spec->skip).no_private_network = r.spec->no_private_network;
  else if (!r.broken)
    begin_later(run);
  else if (explains(*r.spec) && !program.over)
    program.held_back.push_back(run);
  else
    skip_as_broken(run);
}

void Blame::look_at_finished(std::size_t run) {
  const Run& r = runs_[run];
  // It is told here, whatever stands before it.
  if (const std::string defect = defect_of(r.raw); !defect.empty() && r.spec->scenario->explains == defect)
    return settled(run);
  if (const Defect* const better = told_better_by(r)) {
    if (!better->answered()) return;
    if (better->shown_by) {
      const std::string& id = runs_[*better->shown_by].spec->scenario->id;
      skip(run, id, "explained by " + id + ", which failed").explained_by = id;
      return;
    }
  }
  if (r.unsettled > 0) return;
  if (r.broken)
    skip_as_broken(run);
  else
    settled(run);
}

Result& Blame::skip(std::size_t run, const std::string& because, const std::string& reason) {
  Run& r = runs_[run];
  r.broken_by = because;
  r.instead = unjudged(*r.spec, Outcome::skipped, reason);
  r.instead->index = run;
  settled(run);
  return *r.instead;
}

void Blame::skip_as_broken(std::size_t run) {
  const std::string first = first_broken(runs_[run]);
  skip(run, first, "depends on " + first + ", which failed").broken_by = first;
}

void Blame::settled(std::size_t run) {
  Run& r = runs_[run];
  r.state = State::settled;
  ++settled_;
  newly_settled_.push_back(run);
  if (result(run)->outcome == Outcome::fail) r.broken_by = r.spec->scenario->id;
  for (const std::size_t d : r.dependents) {
    ++visits_;
    if (!r.broken_by.empty()) runs_[d].broken = true;
    if (--runs_[d].unsettled == 0) to_look_at_.push(d);
  }
}

std::string Blame::first_broken(const Run& run) {
  for (const std::size_t b : run.before) {
    ++visits_;
    if (!runs_[b].broken_by.empty()) return runs_[b].broken_by;
  }
  return "";
}

std::vector<Judged> blame(const std::vector<RunSpec>& plan, const std::vector<std::optional<Result>>& raw) {
  if (raw.size() != plan.size()) throw std::invalid_argument("blame: results of another plan");
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (raw[i] && run_id(*raw[i]) != id_in_plan(plan[i], i))
      throw std::invalid_argument("blame: " + raw[i]->id + " stands where " + plan[i].scenario->id + " should");
  }
  Blame all(plan);
  while (const std::optional<std::size_t> run = all.next()) {
    if (raw[*run])
      all.finished(*run, *raw[*run]);
    else
      all.not_run(*run);
  }
  return all.judged();
}

}  // namespace sockrig
