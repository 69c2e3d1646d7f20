// Scattered buffers: a message in two parts, as programs with a header and a body have it.
#pragma once

#include <sys/uio.h>

#include "common.hpp"

namespace sockrig {

struct Vectors {
  char head[16], body[buffer_size];
  iovec parts[2];

  // Room for a receive.
  void offer_all() {
    parts[0] = {.iov_base = head, .iov_len = sizeof head};
    parts[1] = {.iov_base = body, .iov_len = sizeof body};
  }

  // The first `size` bytes, for a send.
  void keep(size_t size) {
    offer_all();
    parts[0].iov_len = size < sizeof head ? size : sizeof head;
    parts[1].iov_len = size - parts[0].iov_len;
  }

  // Takes `size` bytes off the front. A count may end in the middle of a part.
  void drop(size_t size) {
    for (iovec& part : parts) {
      const size_t taken = size < part.iov_len ? size : part.iov_len;
      part.iov_base = static_cast<char*>(part.iov_base) + taken;
      part.iov_len -= taken;
      size -= taken;
    }
  }

  size_t size() const { return parts[0].iov_len + parts[1].iov_len; }
};

}  // namespace sockrig
