// The kernel's own door, for everything the shim does for itself.
//
// Decides how the shim asks the kernel without being seen: no errno, no PLT, no cancellation point.
// It must never be used for the call that the program made; that one goes to the real function.
#pragma once

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include <cstdint>

namespace sockrig::shim {

// Returns the kernel's answer: ≥ 0, or −errno.
inline long sys6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result = number;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
#error "the shim knows x86-64 and arm64"
#endif
}

inline long as_long(const volatile void* pointer) {
  return reinterpret_cast<long>(pointer);
}
inline long as_long(decltype(nullptr)) {
  return 0;
}
template <class Integer>
requires(sizeof(Integer) <= sizeof(long)) && requires(Integer i) {
  static_cast<long>(i);
}
inline long as_long(Integer value) {
  return static_cast<long>(value);
}

template <class... Args>
inline long sys(long number, Args... args) {
  const long list[6] = {as_long(args)...};
  return sys6(number, list[0], list[1], list[2], list[3], list[4], list[5]);
}

// A signal set as the kernel has it: bit n−1 is signal n.
using SignalMask = std::uint64_t;
constexpr SignalMask mask_of(int signal) {
  return SignalMask{1} << (signal - 1);
}

inline int own_pid() {
  return static_cast<int>(sys(SYS_getpid));
}

}  // namespace sockrig::shim
