// May this call be cut short, or fail, here and now?
//
// Decides from preconditions that are looked up at this very call. On doubt the answer is no.
#pragma once

#include <cstddef>

#include "shim/rules.hpp"

namespace sockrig::shim {

// Bytes that could be received now (SIOCINQ); 0 if none, or if it cannot be told.
std::size_t available(int fd);
// The same of a file from `offset` (null: from where it stands) or of a pipe.
std::size_t available_from(int fd, const off64_t* offset);

// How much of `asked` the rule lets through; `asked` itself when it cannot be less.
std::size_t clamped_length(const wire::Rule& rule, std::size_t asked, std::uint64_t hash);

// True: permitted. False: `why` says what is against it.
bool may_cut_receive(const Op& op, std::size_t length, wire::Withheld& why);
bool may_cut_send(const Op& op, const wire::Rule& rule, std::size_t length, wire::Withheld& why);
// Before the real call, with nothing moved. An attempt to connect that was begun can only end as it will; a numeric
// address needs no resolver.
bool may_fail(const Op& op, int error, wire::Withheld& why);

// Would this kernel ever cut this send, in this program as it is? A blocking one it takes whole, unless a signal that
// the program catches or a timeout ends the wait for space.
bool kernel_may_cut_send(const Op& op);

// Can a signal cut this call? Only a descriptor that blocks can be cut.
bool blocks(const Op& op);

bool is_gone(int fd);  // an accepted connection that was reset before anybody took it

}  // namespace sockrig::shim
