// Names for a world without private files: what the region says a name means, getaddrinfo() says.
//
// Decides only for names that the region lists; for all others the real resolver does, and a name that the region lists
// never reaches it, or it could go out to a name server. It must never make a list of its own: every node comes from
// the real getaddrinfo(), so that the real freeaddrinfo() can free it.
#pragma once

#include <netdb.h>

namespace sockrig::shim {

// getaddrinfo(3), real but for the names and the service of the region.
int resolve(const char* host, const char* service, const addrinfo* hints, addrinfo** result);

// Counts that one of the region's names was asked for, whatever the answer will be.
void note_question(const char* host, const char* service);

// The same for the older calls, which keep their one answer in memory of their own. False: the real ones know better.
bool known_host(const char* host, int family, hostent*& answer);
bool known_service(const char* service, const char* protocol, servent*& answer);

// Does anybody have to be asked, or is the host an address in numbers (or none at all)?
bool needs_resolver(const char* host, const addrinfo* hints);

}  // namespace sockrig::shim
