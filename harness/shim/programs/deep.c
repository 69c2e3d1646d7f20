// A library that receives, to be loaded so that it looks for recv() in its own dependencies first (RTLD_DEEPBIND).
#include <sys/socket.h>

ssize_t deep_recv(int fd, void* buffer, size_t size, int flags) {
  return recv(fd, buffer, size, flags);
}
