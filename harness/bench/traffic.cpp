// A program that moves bytes over loopback and prints what one call cost it, in nanoseconds.
//
//   bench_traffic pairs N          N times: send 64 bytes, receive them; processor time per pair
//   bench_traffic receive N ASK    receives N bytes, asking for ASK each time; time per receive
//
// "receive" must take N calls: whoever injects has to see to it that each returns one byte. Else it fails, and nothing
// was measured.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

namespace {

int must(const char* what, long result) {
  if (result >= 0) return static_cast<int>(result);
  std::perror(what);
  std::exit(1);
}

struct Pair {
  int client, server;
};

Pair connected_pair() {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int listener = must("socket", socket(AF_INET, SOCK_STREAM, 0));
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  must("bind", bind(listener, any, size));
  must("listen", listen(listener, 1));
  must("getsockname", getsockname(listener, any, &size));
  const int client = must("socket", socket(AF_INET, SOCK_STREAM, 0));
  must("connect", connect(client, any, size));
  const int server = must("accept", accept(listener, nullptr, nullptr));
  const int on = 1;
  must("setsockopt", setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  must("close", close(listener));
  return {client, server};
}

double now_ns(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

void send_and_receive(const Pair& pair, long n) {
  char buffer[64] = {};
  for (long i = 0; i < n; ++i) {
    must("send", send(pair.client, buffer, sizeof buffer, MSG_NOSIGNAL));
    must("recv", recv(pair.server, buffer, sizeof buffer, MSG_WAITALL));
  }
}

double pairs(long n) {
  const Pair pair = connected_pair();
  send_and_receive(pair, n / 10);
  const double began = now_ns(CLOCK_PROCESS_CPUTIME_ID);
  send_and_receive(pair, n);
  return (now_ns(CLOCK_PROCESS_CPUTIME_ID) - began) / static_cast<double>(n);
}

double receive(long bytes, std::size_t ask) {
  const Pair pair = connected_pair();
  const pid_t sender = must("fork", fork());
  if (sender == 0) {
    const std::vector<char> data(static_cast<std::size_t>(bytes));
    for (std::size_t sent = 0; sent < data.size();)
      sent += static_cast<std::size_t>(
          must("send", send(pair.client, data.data() + sent, data.size() - sent, MSG_NOSIGNAL)));
    pause();  // no end of stream: everything is there, and more could come
    _exit(0);
  }
  std::vector<char> buffer(ask);
  long calls = 0;
  const double began = now_ns(CLOCK_MONOTONIC);
  for (long got = 0; got < bytes; ++calls) got += must("recv", recv(pair.server, buffer.data(), buffer.size(), 0));
  const double took = now_ns(CLOCK_MONOTONIC) - began;
  kill(sender, SIGKILL);
  waitpid(sender, nullptr, 0);
  if (calls != bytes) {
    std::fprintf(stderr, "%ld calls for %ld bytes: not every one was cut\n", calls, bytes);
    std::exit(1);
  }
  return took / static_cast<double>(calls);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view what = count > 1 ? arguments[1] : "";
  if (what == "pairs" && count == 3)
    std::printf("%.1f\n", pairs(std::atol(arguments[2])));
  else if (what == "receive" && count == 4)
    std::printf("%.1f\n", receive(std::atol(arguments[2]), static_cast<std::size_t>(std::atol(arguments[3]))));
  else
    return std::fputs("usage: bench_traffic pairs N | receive N ASK\n", stderr), 2;
}
