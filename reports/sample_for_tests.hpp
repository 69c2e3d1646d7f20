// One run that holds every outcome and everything that a subject may try: what the golden files are made from.
#pragma once

#include "judge/result.hpp"

namespace sockrig {

inline Result sample_result(const std::string& chapter, const std::string& name, Outcome outcome,
                            const std::string& reason) {
  Result r;
  r.id = chapter + "/" + name;
  r.chapter = chapter;
  r.file = "scenarios/" + r.id + ".toml";
  r.role = Role::echo_server;
  r.level = Level::must;
  r.outcome = outcome;
  r.reason = reason;
  r.repeat = "sockrig run " + r.id;
  return r;
}

inline Result sample_pass() {
  Result r = sample_result("stream", "one-byte", Outcome::pass, "");
  r.claim = "One byte comes back.";
  r.clause = "RFC 862";
  r.hint = "Look at recv().";
  r.steps = {{1, "a: connect", StepState::met, ""}, {2, "a: send 1", StepState::met, ""}};
  r.duration_ms = 12.5;
  return r;
}

inline Result sample_fail() {
  Result r = sample_result("stream", "short-recv-one", Outcome::fail, "lost 4079 bytes at offset 17 of what a sent");
  r.claim =
      "Every byte comes back, in order, although each receive returns only one byte of what there is, as any receive "
      "may.";
  r.clause = "RFC 9293 3.6; recv(2) RETURN VALUE";
  r.hint = "recv() returns what is available, not what you asked for. Look at its result.";
  r.diagnosis =
      Diagnosis{"lost-bytes", r.reason, 17, "a", {"thread 12 waits in recv(fd 5)", "recv(fd 5) asked 4096 → 1"}};
  r.faults = {{"short-recv bytes=1", "short-recv", 40, 33, {{"too-small", 6}, {"end-queued", 1}}, "shim"},
              {"short-recv half", "short-recv", 2, 1, {}, "shim"}};
  r.kernel = {{"ListenOverflows", 17}, {"TIME_WAIT rows", -1}};
  r.steps = {{1, "a: connect", StepState::met, ""},
             {2, "a: send 4 KiB", StepState::met, ""},
             {3, "a: receive echo", StepState::unmet, "got 17 of 4096 bytes"},
             {4, "a: receive end", StepState::not_reached, ""},
             {5, "subject: lives", StepState::not_reached, ""}};
  r.output =
      "\x1b[2J\x1b]0;pwned\x07 all tests passed\r\n::error file=a.c,line=1::forged\n##[error]forged ##vso[x]\n"
      "]]></failure><testcase name=\"forged\"/>&amp;\n\xff\xfe caf\xc3\xa9 \xc2\x9b"
      "31m \xe2\x80\xae"
      "desrever\ntab\there\\n\n";
  r.output.push_back('\0');
  r.output += "after\n100 passed, 0 failed\n";
  r.duration_ms = 1234.5678;
  r.repeat = "sockrig run --echo-server './server {host} {port}' --seed 1 stream/short-recv-one";
  return r;
}

inline RunResult sample_run() {
  RunResult run{.sockrig_version = "0.1.0",
                .kernel = "Linux 6.18.44 x86_64",
                .sandbox = "namespaces",
                .engine = "preload",
                .subject = {{"echo-server", "./server '{host}' {port} <\"&\">"}, {"client", "./client {host} {port}"}},
                .dialogue = "",
                .seed = 18446744073709551615u,
                .interrupted = false,
                .results = {},
                .duration_ms = 4100};
  Result client = sample_pass();
  client.role = Role::client;
  Result inconclusive =
      sample_result("accept", "interrupted", Outcome::inconclusive, "the fault never fired: interrupt-accept");
  inconclusive.level = Level::should;
  inconclusive.claim = "Goes on accepting.";
  inconclusive.faults = {{"interrupt-accept", "interrupt-accept", 3, 0, {{"no-handler", 3}}, "shim"}};
  const Result skipped = sample_result("listen", "backlog-overflow", Outcome::skipped,
                                       "needs namespaces: unshare: Operation not permitted");
  const Result skipped_too = sample_result("listen", "small-backlog", Outcome::skipped, skipped.reason);
  Result error = sample_result("failure", "vanish", Outcome::error, "the worker was killed by signal 9");
  error.claim = "Survives and serves the next client.";
  run.results = {inconclusive, skipped, skipped_too, sample_pass(), client, sample_fail(), error, sample_pass()};
  return run;
}

}  // namespace sockrig
