// Asks for SIGALRM in the way that its argument says, and ends.
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
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
  struct itimerspec armed = {.it_value.tv_sec = 60}, off = {{0, 0}, {0, 0}};
  timer_t posix[2];
  if (strncmp(way, "posix", 5) == 0) {
    timer_create(CLOCK_MONOTONIC, NULL, &posix[0]);
    timer_create(CLOCK_MONOTONIC, NULL, &posix[1]);
    timer_settime(posix[0], 0, &armed, NULL);
    timer_settime(posix[0], 0, &off, NULL);
  }
  if (strcmp(way, "posix-armed") == 0) timer_settime(posix[0], 0, &armed, NULL);
  if (strcmp(way, "posix-deleted") == 0) timer_delete(posix[1]);
  if (strcmp(way, "processor") == 0) setitimer(ITIMER_PROF, &again, NULL);
  if (strcmp(way, "exec") == 0) {
    alarm(60);
    execl(arguments[0], arguments[0], "", (char*)NULL);
  }
  return 0;
}
