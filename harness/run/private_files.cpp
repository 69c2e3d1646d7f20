#include "run/private_files.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "run/check.hpp"
#include "run/sandbox.hpp"

namespace sockrig {
namespace {

struct PrivateFile {
  std::string name;  // below /etc
  std::string text;
  bool needed;  // else only where the machine has such a file
};

// Nobody but the files is asked: the machine's resolver daemon could answer over a socket in the file system, and a
// name server is out of reach. An empty gai.conf sorts addresses as RFC 6724 does.
std::vector<PrivateFile> files_of(const WorldOptions& options) {
  std::vector<PrivateFile> out;
  if (!options.hosts.empty()) {
    std::string text;
    for (const std::string& line : options.hosts) text += line + "\n";
    text += "127.0.0.1 localhost\n::1 localhost\n";
    out.push_back({"hosts", text, true});
    out.push_back({"host.conf", "multi on\n", true});  // else glibc takes only the first line of a name
    out.push_back({"gai.conf", "", false});
    out.push_back({"resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", false});
  }
  if (!options.service.empty()) {
    const std::string port = " " + std::to_string(options.port);
    out.push_back({"services", options.service + port + "/tcp\n" + options.service + port + "/udp\n", true});
  }
  if (!out.empty())
    out.push_back(
        {"nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n", true});
  return out;
}

void write_new(const std::string& path, const std::string& text) {
  const Descriptor file(
      check(("create " + path).c_str(), ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)));
  check(("chmod " + path).c_str(), ::fchmod(file.get(), 0644));
  const ssize_t written = check(("write " + path).c_str(), ::write(file.get(), text.data(), text.size()));
  if (written != static_cast<ssize_t>(text.size())) throw std::system_error(ENOSPC, std::generic_category(), path);
}

}  // namespace

void make_private_files(const WorldOptions& options) {
  const std::vector<PrivateFile> files = files_of(options);
  if (files.empty()) return;
  // They live in a file system of their own, which is gone from the tree at once and stays as long as it is used.
  char folder[] = "/tmp/sockrig-etc-XXXXXX";
  if (::mkdtemp(folder) == nullptr) check("mkdtemp", -1);
  const std::string base = folder;
  check("mount a tmpfs", ::mount("sockrig", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m"));
  bool missing = false;
  for (const PrivateFile& f : files) {
    const bool there = ::access(("/etc/" + f.name).c_str(), F_OK) == 0;
    missing = missing || (f.needed && !there);
    if (f.needed || there) write_new(base + "/" + f.name, f.text);
  }
  // A file can be put over one that is there; one that is missing (minimal machines have no services) needs a new /etc.
  if (missing)
    check("mount a private /etc",
          ::mount("overlay", "/etc", "overlay", MS_RDONLY, ("lowerdir=" + base + ":/etc").c_str()));
  for (const PrivateFile& f : files) {
    const std::string from = base + "/" + f.name, to = "/etc/" + f.name;
    if (::access(from.c_str(), F_OK) == 0 && ::access(to.c_str(), F_OK) == 0)
      check(("mount a private " + to).c_str(), ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr));
  }
  check("umount", ::umount2(folder, MNT_DETACH));
  ::rmdir(folder);
  if (::access("/run/nscd/socket", F_OK) == 0)  // it answers for glibc before any file does
    check("mount over nscd's socket", ::mount("/dev/null", "/run/nscd/socket", nullptr, MS_BIND, nullptr));
}

}  // namespace sockrig
