// Four processes accept on one listener; each has a thread for each of its connections.
#include <sys/prctl.h>
#include <sys/wait.h>

#include "echo.hpp"
#include "threads.hpp"

using namespace sockrig;

int main(int count, char** arguments) {
  const int listener = open_listener(count, arguments);
  const pid_t parent = getpid();
  for (int workers = 0; workers < 4; ++workers) {
    const pid_t child = fork();
    if (child == -1) die("fork");
    if (child != 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // No worker outlives the parent, however that ended.
    if (getppid() != parent) _exit(1);
    run_threads(listener, echo);
  }
  close(listener);
  uninterrupted([] { return wait(nullptr); });  // A worker never ends by itself.
  return 1;
}
