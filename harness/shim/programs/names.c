// What the resolver makes of names: probe-names new|old HOST SERVICE [4|6].
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

// What getaddrinfo() makes of a name, in order; freed as any list is.
static void print_names(const char* host, const char* service, int family) {
  const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
  struct addrinfo* list = NULL;
  const int error = getaddrinfo(host, service, &hints, &list);
  if (error != 0) printf("error %d", error);
  for (const struct addrinfo* each = list; each != NULL; each = each->ai_next) {
    char address[64], port[16];
    getnameinfo(each->ai_addr, each->ai_addrlen, address, sizeof address, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    printf("%s:%s ", address, port);
  }
  printf("\n");
  if (error == 0) freeaddrinfo(list);
}

// The same by the older calls.
static void print_old_names(const char* host, const char* service) {
  const struct hostent* known = gethostbyname(host);
  for (char** each = known == NULL ? NULL : known->h_addr_list; each != NULL && *each != NULL; ++each) {
    char address[64];
    printf("%s ", inet_ntop(known->h_addrtype, *each, address, sizeof address));
  }
  if (known == NULL) printf("error %d ", h_errno);
  const struct servent* port = getservbyname(service, "tcp");
  printf("%d\n", port == NULL ? -1 : ntohs((unsigned short)port->s_port));
}

int main(int count, char** arguments) {
  if (count < 4) return 2;
  if (!strcmp(arguments[1], "old"))
    print_old_names(arguments[2], arguments[3]);
  else
    print_names(arguments[2], arguments[3], count == 4 ? AF_UNSPEC : *arguments[4] == '4' ? AF_INET : AF_INET6);
  return 0;
}
