#include "shim/real.hpp"

#include <dlfcn.h>

namespace sockrig::shim {

constinit RealFunctions real{};

void resolve_real_functions() {
#define X(name) real.name = reinterpret_cast<decltype(real.name)>(dlsym(RTLD_NEXT, #name));
  SOCKRIG_REALS(X)
#undef X
}

}  // namespace sockrig::shim
