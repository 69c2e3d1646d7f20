// How fast the peer can say whether what came is what was sent, against merely copying it.
//
// The bytes lie in a buffer of the size that the peer receives into, as warm as a receive has just left them.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "record/payload.hpp"

namespace {

using namespace sockrig;

std::vector<unsigned char> received(256 << 10), copied(256 << 10);

void count(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(received.size()));
}

void copy(benchmark::State& state) {
  for (auto _ : state) {
    std::memcpy(copied.data(), received.data(), received.size());
    benchmark::DoNotOptimize(copied.data());
    benchmark::ClobberMemory();
  }
  count(state);
}

void verify(benchmark::State& state, Payload kind) {
  constexpr std::uint64_t offset = 12345;  // receives end anywhere, not where a block ends
  const Stream stream = make_stream(1, "a", 0, kind);
  fill(stream, offset, received);
  for (auto _ : state) {
    if (agree(stream, offset, received) != received.size()) std::abort();
    benchmark::ClobberMemory();
  }
  count(state);
}

void verify_lines(benchmark::State& state) {
  constexpr std::uint64_t offset = 12345;
  for (std::size_t i = 0; i < received.size(); ++i) received[i] = rotating_line_byte(offset + i, ' ', 95);
  for (auto _ : state) {
    if (agree_rotating_lines(offset, ' ', 95, received) != received.size()) std::abort();
    benchmark::ClobberMemory();
  }
  count(state);
}

}  // namespace

BENCHMARK(copy);
BENCHMARK_CAPTURE(verify, binary, Payload::binary);
BENCHMARK_CAPTURE(verify, text, Payload::text);
BENCHMARK(verify_lines);
