// What the tests of the byte verifier share: a connection that is fed what the test says came, and chance.
//
// Decides nothing of its own: bytes go through Endpoint::receive, the way they do in a run.
#pragma once

#include <fcntl.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <span>
#include <vector>

#include "run/endpoint.hpp"
#include "wire/wire.hpp"

namespace sockrig {

using Bytes = std::vector<unsigned char>;

inline constexpr Payload both_kinds[] = {Payload::text, Payload::binary};
inline const char* name_of(Payload kind) {
  return kind == Payload::text ? "text" : "binary";
}

inline Bytes bytes_of(const Stream& s, std::uint64_t offset, std::size_t size) {
  Bytes out(size);
  fill(s, offset, out);
  return out;
}

inline Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& p : parts) out.insert(out.end(), p.begin(), p.end());
  return out;
}

// A connection that expects its own bytes back, reading from a pipe what the test says came.
class Verifier {
 public:
  Verifier(const Stream& stream, std::uint64_t planned) {
    int ends[2];
    check("pipe", ::pipe2(ends, O_CLOEXEC | O_NONBLOCK));
    read_end_ = Descriptor(ends[0]);
    write_end_ = Descriptor(ends[1]);
    end_.channel.name = "a";
    end_.channel.source = "a";
    end_.channel.outgoing = end_.channel.expected = stream;
    end_.channel.planned = end_.channel.sent = end_.channel.due = planned;
    end_.input = read_end_.get();
  }
  void feed(std::span<const unsigned char> bytes, std::size_t piece = 3000) {
    while (!bytes.empty()) {
      const std::size_t n = std::min(piece, bytes.size());
      BOOST_REQUIRE(::write(write_end_.get(), bytes.data(), n) == static_cast<ssize_t>(n));
      while (end_.receive(piece) == Moved::something) {
      }
      bytes = bytes.subspan(n);
    }
  }
  void end() {
    write_end_.reset();
    while (end_.receive(1) == Moved::something) {
    }
  }
  const Channel& channel() const { return end_.channel; }

 private:
  Descriptor read_end_, write_end_;
  Endpoint end_;
};

// Chance, the same in every run.
struct Dice {
  std::uint64_t state;
  std::uint64_t operator()(std::uint64_t least, std::uint64_t most) {
    return least + (state = wire::mix(state)) % (most - least + 1);
  }
};

}  // namespace sockrig
