// A protocol of its own in one thread: poll(), non-blocking sockets, and a buffer for each connection. Each line is
// answered by its length and itself in capitals; after "quit" the connection ends.
#include <functional>
#include <string>
#include <string_view>

#include "poll_loop.hpp"

using namespace sockrig;

namespace {

constexpr size_t most_owed = size_t{256} * 1024;

struct Client {
  int fd = -1;
  std::string came;  // no whole line yet
  std::string owed;  // answers
  bool ended = false, broken = false;

  bool is_over() const { return broken || (ended && owed.empty()); }
  short wanted() const {
    return static_cast<short>((!ended && owed.size() < most_owed ? POLLIN : 0) | (owed.empty() ? 0 : POLLOUT));
  }
};

char capital(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

void answer(Client& client, std::string_view line) {
  client.ended = line == "quit";
  if (client.ended) return;
  client.owed += std::to_string(line.size()) + " ";
  for (const char c : line) client.owed += capital(c);
  client.owed += "\n";
}

void receive(Client& client) {
  char buffer[buffer_size];
  const ssize_t n = recv(client.fd, buffer, sizeof buffer, 0);
  if (n == 0) client.ended = true;
  if (n == -1 && !would_block()) client.broken = true;
  if (n <= 0) return;
  client.came.append(buffer, static_cast<size_t>(n));
  size_t begin = 0;
  for (size_t end; !client.ended && (end = client.came.find('\n', begin)) != std::string::npos; begin = end + 1)
    answer(client, std::string_view(client.came).substr(begin, end - begin));
  client.came.erase(0, begin);
  if (client.came.size() > size_t{64} * 1024) client.broken = true;
}

void give(Client& client) {
  const ssize_t n = send(client.fd, client.owed.data(), client.owed.size(), 0);
  if (n > 0) client.owed.erase(0, static_cast<size_t>(n));
  if (n == -1 && !would_block()) client.broken = true;
}

void transfer(Client& client, short events) {
  if (events & POLLERR) client.broken = true;
  if (!client.broken && !client.ended && events & (POLLIN | POLLHUP)) receive(client);
  if (!client.broken && !client.owed.empty()) give(client);
}

}  // namespace

int main(int count, char** arguments) {
  serve_by_poll<Client>(open_listener(count, arguments), std::mem_fn(&Client::wanted), transfer);
}
