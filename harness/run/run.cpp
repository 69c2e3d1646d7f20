#include "run/run.hpp"

#include <signal.h>

#include "run/port.hpp"
#include "run/rig.hpp"
#include "run/sandbox.hpp"

namespace sockrig {

std::string fill_command(const std::string& command, const std::string& host, const std::string& port) {
  std::string out;
  for (std::size_t i = 0; i < command.size();) {
    if (command.compare(i, 6, "{host}") == 0) {
      out += host;
      i += 6;
    } else if (command.compare(i, 6, "{port}") == 0) {
      out += port;
      i += 6;
    } else {
      out += command[i++];
    }
  }
  return out;
}

Record run_scenario(const RunSpec& spec, const RunSettings& settings) {
  const Scenario& scenario = *spec.scenario;
  ::signal(SIGPIPE, SIG_IGN);
  pid_t world_init = 0;
  const std::uint64_t seed = run_seed(spec);
  ChosenPort chosen{scenario.port, {}};
  if (scenario.port == 0) chosen = settings.namespaces ? choose_port(seed) : choose_port_among_others(seed);
  const std::uint16_t port = chosen.number;
  if (settings.namespaces)
    world_init = enter_world({scenario.sysctls, scenario.mtu, scenario.hosts, scenario.service, port});
  adopt_orphans();

  const std::vector<RulePlan> rules = rules_of(spec);
  Region region(rules, seed, false);
  if (!settings.namespaces) region.tell_names(scenario.hosts, scenario.service, port);
  SubjectOptions subject;
  subject.command = fill_command(spec.command, scenario.host.empty() ? "127.0.0.1" : scenario.host,
                                 scenario.service.empty() ? std::to_string(port) : scenario.service);
  subject.environment = shim_environment(settings.shim, region);
  subject.in_world = settings.namespaces;
  subject.standard_input_closed = scenario.input_closed;
  subject.standard_input_is_pipe = scenario.input_is_pipe;
  subject.standard_output_is_pipe = scenario.output_is_pipe;
  subject.open_descriptors = scenario.open_descriptors;
  subject.standard_output_is_data = spec.role == Role::client;
  try {
    Rig rig(spec, port, std::move(subject), region, world_init);
    Record record = rig.run();
    end_all_below();
    return record;
  } catch (...) {
    end_all_below();
    throw;
  }
}

}  // namespace sockrig
