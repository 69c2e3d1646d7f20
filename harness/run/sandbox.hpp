// What this machine allows, and making a private world out of it.
//
// A world is a user, network, mount and pid namespace of its own: loopback is all the network there is, and whatever
// the subject leaves behind ends with the world's init. Where namespaces are refused the calling process becomes the
// reaper of everything below it instead.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plan/run_spec.hpp"

namespace sockrig {

enum class SandboxChoice { automatic, namespaces, none };

// Tries it in a child process: makes the namespaces, brings loopback up, mounts /proc.
Machine probe_machine(SandboxChoice choice);

struct WorldOptions {
  std::map<std::string, std::string> sysctls;  // "net.ipv4.tcp_syncookies" → "0"
  std::uint32_t mtu = 0;                       // of loopback; 0 = as it is
  std::vector<std::string> hosts;              // lines of the hosts file; empty = the machine's own
  std::string service = "";                    // a name for `port` in the services file; "" = the machine's own
  std::uint16_t port = 0;
};

// Moves the calling process, which must be single-threaded, into a world of its own and sets it up. Throws
// std::system_error that names the call. Every process forked afterwards is inside, but for the mounts: the caller
// keeps its own, whose /proc knows all processes by the numbers that it has for them, and so does each child until it
// settles. Returns the pid of the world's init, which is not part of any subject.
pid_t enter_world(const WorldOptions& options);

// Without namespaces: become the parent of every orphan below, so that none can escape being ended.
void adopt_orphans();

// Run in a forked child of the world, before exec: the world's mounts, with a /proc that shows its own processes, and
// no privileges left but those over files. It may be called after vfork(2). Returns the name of the call that failed,
// or nullptr.
const char* settle_in_world();

// Ends everything below the calling process, and the world that it entered, and waits until all is gone.
void end_all_below();

}  // namespace sockrig
