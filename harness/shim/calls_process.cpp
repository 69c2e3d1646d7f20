// The calls that make processes and resolve names. vfork is not wrapped: a wrapper would return twice through
// one stack frame. What its child starts attaches itself through the environment.
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>

#include "shim/environment.hpp"
#include "shim/image.hpp"
#include "shim/names.hpp"
#include "shim/real.hpp"
#include "shim/rules.hpp"
#include "shim/sys.hpp"

using namespace sockrig::shim;
using sockrig::wire::Call;
using sockrig::wire::Family;

namespace {

void note_exec(Call call, int result, int error, int pid) {
  record({.call = call, .result = result, .error = error, .pid = pid});
}

// Runs `real_call(environment)` with what the shim needs put back into it. An exec that succeeds does not
// return, so its event is written first; if it comes back, a second one says why.
template <class Real>
int execute(char* const* environment, Real real_call) {
  if (!active()) return real_call(environment);
  void* space = __builtin_alloca(mending_space(environment) + 1);
  char* const* mended = mend_environment(environment, space);
  const int pid = own_pid();  // in the child of a vfork everything else still says the parent
  note_exec(Call::exec, 0, 0, pid);
  const int result = real_call(mended);
  note_exec(Call::exec, result, errno, pid);
  return result;
}

template <class Real>
SOCKRIG_INTO_EXPORT int spawn(char* const* environment, Real real_call) {
  if (!active()) return real_call(environment);
  void* space = __builtin_alloca(mending_space(environment) + 1);
  Op op{Call::posix_spawn, Family::process, -1, -1, 0};
  decide(op);
  // It returns an error number instead of setting errno.
  const int error = op.done ? op.error : real_call(mend_environment(environment, space));
  Note note = note_of(op, error == 0 ? 0 : -1);
  note.error = error;
  record(note);
  return error;
}

std::size_t count_arguments(va_list arguments) {
  std::size_t n = 1;
  while (va_arg(arguments, char*) != nullptr) ++n;
  return n;
}

}  // namespace

// Collects the arguments of an execl form into `list`, null and all.
#define SOCKRIG_COLLECT(list, first)                                               \
  va_list counted, arguments;                                                      \
  va_start(counted, first);                                                        \
  const std::size_t size = count_arguments(counted);                               \
  va_end(counted);                                                                 \
  char** list = static_cast<char**>(__builtin_alloca((size + 1) * sizeof(char*))); \
  list[0] = const_cast<char*>(first);                                              \
  va_start(arguments, first);                                                      \
  for (std::size_t i = 1; i <= size; ++i) list[i] = va_arg(arguments, char*)

SOCKRIG_EXPORT pid_t fork() noexcept {
  if (!active()) return real.fork();
  Op op{Call::fork, Family::process, -1, -1, 0};
  decide(op);
  if (op.done) return static_cast<pid_t>(conclude(op, op.result));
  expect_child();
  const pid_t child = real.fork();
  if (child == 0) {
    become_child();
    return 0;
  }
  return static_cast<pid_t>(conclude(op, child));
}

SOCKRIG_EXPORT int execve(const char* path, char* const argv[], char* const envp[]) noexcept {
  return execute(envp, [=](char* const* e) { return real.execve(path, argv, e); });
}

SOCKRIG_EXPORT int execv(const char* path, char* const argv[]) noexcept {
  return execute(environ, [=](char* const* e) { return real.execve(path, argv, e); });
}

SOCKRIG_EXPORT int execvp(const char* file, char* const argv[]) noexcept {
  return execute(environ, [=](char* const* e) { return real.execvpe(file, argv, e); });
}

SOCKRIG_EXPORT int execvpe(const char* file, char* const argv[], char* const envp[]) noexcept {
  return execute(envp, [=](char* const* e) { return real.execvpe(file, argv, e); });
}

SOCKRIG_EXPORT int fexecve(int fd, char* const argv[], char* const envp[]) noexcept {
  return execute(envp, [=](char* const* e) { return real.fexecve(fd, argv, e); });
}

SOCKRIG_EXPORT int execveat(int fd, const char* path, char* const argv[], char* const envp[], int flags) noexcept {
  return execute(envp, [=](char* const* e) { return real.execveat(fd, path, argv, e, flags); });
}

SOCKRIG_EXPORT int execl(const char* path, const char* argument, ...) noexcept {
  SOCKRIG_COLLECT(list, argument);
  va_end(arguments);
  return execute(environ, [=](char* const* e) { return real.execve(path, list, e); });
}

SOCKRIG_EXPORT int execlp(const char* file, const char* argument, ...) noexcept {
  SOCKRIG_COLLECT(list, argument);
  va_end(arguments);
  return execute(environ, [=](char* const* e) { return real.execvpe(file, list, e); });
}

SOCKRIG_EXPORT int execle(const char* path, const char* argument, ...) noexcept {
  SOCKRIG_COLLECT(list, argument);
  char* const* envp = va_arg(arguments, char* const*);
  va_end(arguments);
  return execute(envp, [=](char* const* e) { return real.execve(path, list, e); });
}

SOCKRIG_EXPORT int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                               const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]) {
  return spawn(envp, [=](char* const* e) { return real.posix_spawn(pid, path, actions, attributes, argv, e); });
}

SOCKRIG_EXPORT int posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                                const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]) {
  return spawn(envp, [=](char* const* e) { return real.posix_spawnp(pid, file, actions, attributes, argv, e); });
}

// Whatever the resolver does with sockets of its own is neither recorded nor disturbed. A rule that fails it
// gives the EAI_ code; `asked` of both events is the list, so that its release can be matched.
SOCKRIG_EXPORT int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** result) {
  if (!active()) return real.getaddrinfo(host, service, hints, result);
  Op op{Call::getaddrinfo, Family::resolve, -1, -1, needs_resolver(host, hints)};
  note_question(host, service);
  decide(op);
  int answer = op.error;
  if (!op.done) {
    ++quiet;
    answer = resolve(host, service, hints, result);
    --quiet;
    if (answer == 0 && op.fail_after && fire(*op.fail_after, op)) {
      real.freeaddrinfo(*result);
      answer = op.fail_after->error;
    }
  }
  Note note = note_of(op, answer);
  note.asked = answer == 0 ? as_long(*result) : 0;
  record(note);
  return answer;
}

SOCKRIG_EXPORT hostent* gethostbyname2(const char* host, int family) {
  hostent* answer = nullptr;
  if (!active()) return real.gethostbyname2(host, family);
  note_question(host, nullptr);
  if (known_host(host, family, answer)) return answer;
  ++quiet;
  answer = real.gethostbyname2(host, family);
  --quiet;
  return answer;
}

SOCKRIG_EXPORT hostent* gethostbyname(const char* host) {
  hostent* answer = nullptr;
  if (!active()) return real.gethostbyname(host);
  note_question(host, nullptr);
  if (known_host(host, AF_INET, answer)) return answer;
  ++quiet;
  answer = real.gethostbyname(host);
  --quiet;
  return answer;
}

SOCKRIG_EXPORT servent* getservbyname(const char* service, const char* protocol) {
  servent* answer = nullptr;
  if (!active()) return real.getservbyname(service, protocol);
  note_question(nullptr, service);
  return known_service(service, protocol, answer) ? answer : real.getservbyname(service, protocol);
}

SOCKRIG_EXPORT void freeaddrinfo(addrinfo* list) noexcept {
  // Written down first: once it is free, another thread may be given the same place for a list of its own.
  if (active()) record({.call = Call::freeaddrinfo, .asked = as_long(list)});
  real.freeaddrinfo(list);
}

// A library that is bound to its own dependencies first (PHP loads its extensions so) would make its calls past the
// shim. A tail call: the caller's own search path (dlopen(3), RUNPATH) is found by the address that it returns to.
SOCKRIG_EXPORT void* dlopen(const char* path, int flags) noexcept {
  if (!started) start();
  return real.dlopen(path, active() ? flags & ~RTLD_DEEPBIND : flags);
}
