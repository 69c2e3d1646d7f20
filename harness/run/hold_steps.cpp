// A call of the subject that is held before it goes to the kernel: seen to be, and let go once what it was held for is
// shown to have happened.
#include <algorithm>

#include "run/rig.hpp"

namespace sockrig {

bool Rig::advance_hold(Running& r) {
  if (r.step->verb == StepVerb::is_held) return r.done = region_.is_held();
  if (!resets_have_arrived()) return false;
  released_on_dead_ = std::ranges::any_of(order_, &Endpoint::was_reset);
  region_.release_held();
  return r.done = true;
}

// A reset has arrived once the kernel has the subject's end of the connection on no list any more.
bool Rig::resets_have_arrived() {
  const std::vector<KernelSocket> sockets = sock_diag_.alive();
  return std::ranges::none_of(order_, [&](const Endpoint* e) {
    return e->was_reset && std::ranges::any_of(sockets, [&](const KernelSocket& s) {
             return s.local_port == port_ && s.remote_port == e->channel.local_port;
           });
  });
}

// The process whose call is, or was, held: is it still there?
bool Rig::holder_lives() const {
  return processes_.alive_within().contains(region_.held_process());
}

// What a program does not do while a call of it is held it is not to blame for.
void Rig::blame(Stop why, std::string code, std::string what) {
  if (region_.is_held() && holder_lives())
    stop(Stop::standstill, "held", "the script waits for the program while it holds a call of it");
  else
    stop(why, std::move(code), std::move(what));
}

}  // namespace sockrig
