#include "shim/names.hpp"

#include <arpa/inet.h>

#include "shim/real.hpp"
#include "shim/region.hpp"

namespace sockrig::shim {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(const char* asked, const char* known) {
  if (asked == nullptr || *known == 0) return false;
  std::uint32_t i = 0;
  while (i < wire::name_size && known[i] != 0 && lower(asked[i]) == lower(known[i])) ++i;
  return i < wire::name_size && asked[i] == 0 && known[i] == 0;
}

const wire::Name* find(const char* host) {
  for (const wire::Name& name : region->names.hosts)
    if (same(host, name.name)) return &name;
  return nullptr;
}

void write_number(std::uint32_t port, char (&text)[6]) {
  char digits[6];
  int n = 0;
  do digits[n++] = static_cast<char>('0' + port % 10);
  while ((port /= 10) != 0 && n < 5);
  for (int i = 0; i < n; ++i) text[i] = digits[n - 1 - i];
  text[n] = 0;
}

int resolve_one(const wire::Address& address, const char* service, const addrinfo* hints, addrinfo** result) {
  char text[INET6_ADDRSTRLEN];
  const int family = address.family == 4 ? AF_INET : AF_INET6;
  if (hints != nullptr && hints->ai_family != AF_UNSPEC && hints->ai_family != family) return EAI_NONAME;
  if (inet_ntop(family, address.bytes, text, sizeof text) == nullptr) return EAI_NONAME;
  return real.getaddrinfo(text, service, hints, result);
}

// In the region's order: this is no resolver that sorts.
int resolve_known(const wire::Name& name, const char* service, const addrinfo* hints, addrinfo** result) {
  addrinfo* first = nullptr;
  addrinfo** next = &first;
  int answer = EAI_NONAME;
  for (const wire::Address& address : name.addresses) {
    if (address.family == 0) break;
    const int error = resolve_one(address, service, hints, next);
    if (error != 0) {
      if (first == nullptr) answer = error;
      *next = nullptr;
      continue;
    }
    while (*next != nullptr) next = &(*next)->ai_next;
  }
  if (first == nullptr) return answer;
  *result = first;
  return 0;
}

}  // namespace

int resolve(const char* host, const char* service, const addrinfo* hints, addrinfo** result) {
  char number[6];
  const bool service_known = same(service, region->names.service);
  if (service_known) write_number(region->names.port, number);
  const char* port = service_known ? number : service;
  const bool only_numbers = hints != nullptr && (hints->ai_flags & AI_NUMERICHOST) != 0;
  const wire::Name* name = only_numbers ? nullptr : find(host);
  return name != nullptr ? resolve_known(*name, port, hints, result) : real.getaddrinfo(host, port, hints, result);
}

void note_question(const char* host, const char* service) {
  if (find(host) != nullptr || same(service, region->names.service))
    region->names.asked.fetch_add(1, std::memory_order_relaxed);
}

bool known_host(const char* host, int family, hostent*& answer) {
  static unsigned char bytes[wire::max_addresses][16];
  static char* addresses[wire::max_addresses + 1];
  static char* no_aliases[1];
  static hostent entry;
  const wire::Name* name = find(host);
  if (name == nullptr || (family != AF_INET && family != AF_INET6)) return false;
  const std::uint32_t wanted = family == AF_INET ? 4 : 6;
  int count = 0;
  for (const wire::Address& address : name->addresses) {
    if (address.family != wanted) continue;
    for (int i = 0; i < 16; ++i) bytes[count][i] = address.bytes[i];
    addresses[count] = reinterpret_cast<char*>(bytes[count]);
    ++count;
  }
  addresses[count] = nullptr;
  if (count == 0) h_errno = NO_DATA;
  entry = {const_cast<char*>(name->name), no_aliases, family, family == AF_INET ? 4 : 16, addresses};
  answer = count == 0 ? nullptr : &entry;
  return true;
}

bool known_service(const char* service, const char* protocol, servent*& answer) {
  static char tcp[] = "tcp", udp[] = "udp";
  static char* no_aliases[1];
  static servent entry;
  if (!same(service, region->names.service)) return false;
  const bool datagrams = protocol != nullptr && same(protocol, udp);
  entry = {region->names.service, no_aliases, htons(static_cast<std::uint16_t>(region->names.port)),
           datagrams ? udp : tcp};
  answer = &entry;
  return true;
}

bool needs_resolver(const char* host, const addrinfo* hints) {
  if (host == nullptr || (hints != nullptr && (hints->ai_flags & AI_NUMERICHOST) != 0)) return false;
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, host, address) != 1 && inet_pton(AF_INET6, host, address) != 1;
}

}  // namespace sockrig::shim
