// What a whole scenario costs — worker, world, region, subject, judgement — against the least that its isolation costs:
// new namespaces and one start of the same program.
//
//   bench_scenario ID N    runs both N times in turn; prints the medians in milliseconds: scenario, least
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "campaign/campaign.hpp"
#include "catalogue/select.hpp"
#include "cli/paths.hpp"
#include "plan/run_spec.hpp"
#include "run/check.hpp"

namespace {

using namespace sockrig;

// The program prints how it is used, and ends.
[[noreturn]] void start(const char* program) {
  const int nowhere = check("open /dev/null", ::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(nowhere, 2);
  ::execl(program, program, nullptr);
  ::_exit(127);
}

void must_exit_with(int code, pid_t child) {
  int status = 0;
  check("waitpid", ::waitpid(child, &status, 0));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != code) throw std::runtime_error("a child did not end as it should");
}

void least(const char* program) {
  const pid_t outside = check("fork", ::fork());
  if (outside != 0) return must_exit_with(0, outside);
  check("unshare", ::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID));
  const pid_t inside = check("fork", ::fork());
  if (inside == 0) start(program);
  must_exit_with(2, inside);
  ::_exit(0);
}

void whole(const std::vector<RunSpec>& plan, const CampaignOptions& options) {
  const std::vector<Result> results = results_of(run_campaign(plan, options, {}).judged);
  if (results.size() != 1 || results[0].outcome != Outcome::pass) throw std::runtime_error("the scenario did not pass");
}

template <class What>
double milliseconds(What what) {
  const auto began = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void measure(const std::string& id, int times) {
  const Paths paths = find_paths();
  const Catalogue catalogue = load_catalogue(paths.scenarios);
  PlanRequest request;
  std::vector<std::string> problems;
  request.scenarios = select(catalogue, {id}, problems);
  request.commands[Role::echo_server] = paths.reference_server + " echo --host {host} --port {port}";
  const std::vector<RunSpec> plan = make_plan(request, Machine{true, ""});
  const CampaignOptions options{.jobs = 1, .namespaces = true, .shim = paths.shim};
  std::vector<double> scenario, bare;
  for (int i = 0; i < times; ++i) {
    scenario.push_back(milliseconds([&] { whole(plan, options); }));
    bare.push_back(milliseconds([&] { least(paths.reference_server.c_str()); }));
  }
  std::printf("%.3f %.3f\n", median(scenario), median(bare));
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 3) return std::fputs("usage: bench_scenario ID N\n", stderr), 2;
  measure(arguments[1], std::max(1, std::atoi(arguments[2])));
} catch (const std::exception& e) {
  std::fprintf(stderr, "bench_scenario: %s\n", e.what());
  return 1;
}
