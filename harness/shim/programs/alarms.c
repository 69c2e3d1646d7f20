// Asks for SIGALRM in the way that its argument says, and ends.
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char** arguments) {
  const char* way = count > 1 ? arguments[1] : "";
  struct itimerval once = {.it_value.tv_sec = 60}, again = {{60, 0}, {60, 0}}, none = {{0, 0}, {0, 0}};
  if (strcmp(way, "alarm") == 0) alarm(60);
  if (strcmp(way, "far") == 0) alarm(3600);
  if (strcmp(way, "cancelled") == 0) alarm(60), alarm(0);
  if (strcmp(way, "timer") == 0) setitimer(ITIMER_REAL, &once, NULL);
  if (strcmp(way, "interval") == 0) setitimer(ITIMER_REAL, &again, NULL);
  if (strcmp(way, "disarmed") == 0) setitimer(ITIMER_REAL, &again, NULL), setitimer(ITIMER_REAL, &none, NULL);
  if (strcmp(way, "processor") == 0) setitimer(ITIMER_PROF, &again, NULL);
  if (strcmp(way, "exec") == 0) {
    alarm(60);
    execl(arguments[0], arguments[0], "", (char*)NULL);
  }
  return 0;
}
