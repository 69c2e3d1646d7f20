// What /proc says of processes and of the network. Read, never guessed; a process that is gone reads as nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sockrig {

// The whole of a small file, or "" if it cannot be read.
std::string read_file(const std::string& path);

// Every descendant of `root` (not itself), parents before children.
std::vector<pid_t> descendants(pid_t root);

struct ThreadState {
  pid_t pid = 0, tid = 0;
  char state = '?';  // as in /proc/PID/stat: R S D T Z …
  long call = -1;    // system call number; -1 running, -2 waiting outside of a system call
  std::uint64_t arguments[6] = {};
  std::uint64_t switches = 0;  // voluntary and involuntary context switches
  bool operator==(const ThreadState&) const = default;
};

struct ProcessState {
  pid_t pid = 0;
  std::uint64_t caught = 0;  // SigCgt: bit n-1 = signal n has a handler
  std::vector<ThreadState> threads;
  bool operator==(const ProcessState&) const = default;
};

// Nothing if the process ended (or is a zombie).
std::optional<ProcessState> process_state(pid_t pid);

// The number that the process itself knows as its own (pid_namespaces(7)), as the shim writes it down; -1 if it is
// gone.
pid_t pid_within(pid_t pid);
// State as in ThreadState ('?' if it is gone) and parent; told of zombies too.
std::pair<char, pid_t> state_and_parent(pid_t pid);

struct OpenDescriptor {
  int fd = -1;
  std::string target;  // "socket:[123]", "anon_inode:[timerfd]", a path
};
std::vector<OpenDescriptor> open_descriptors(pid_t pid);

// The protocol of an open socket as sockfs names it: "TCP", "TCPv6", "UNIX"; "" if it is none, or is gone.
std::string socket_protocol(pid_t pid, int fd);

double cpu_seconds(pid_t pid);  // user and system time used so far, its waited-for children not counted
std::uint64_t resident_bytes(pid_t pid);
std::uint64_t peak_resident_bytes(pid_t pid);
// Resident bytes of which each counts as a part for each process that has it: what forked processes share is not
// counted for all of them. Costs more to ask.
std::uint64_t proportional_bytes(pid_t pid);

// A counter of /proc/net/netstat ("TcpExt: ListenOverflows"), or else of /proc/net/snmp ("Tcp: AttemptFails"), of this
// process's network namespace.
std::optional<std::int64_t> network_counter(const std::string& name);

}  // namespace sockrig
