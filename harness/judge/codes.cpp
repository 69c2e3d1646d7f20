#include "judge/codes.hpp"

#include <algorithm>

namespace sockrig {
namespace {

constexpr std::string_view stuck_in = "stuck-in-";

constexpr DiagnosisCode codes[] = {
    // Causes: the calls prove them.
    {"short-send-ignored", "a send took a part, and the rest was never sent",
     "send() returns how many bytes it took, which may be fewer than you gave it. Send the rest, beginning where it "
     "stopped, until all are taken."},
    {"short-send-from-start", "after a short send the next one began at the start of the buffer again"},
    {"short-send-last-part", "after two short sends the position was the last part instead of the sum"},
    {"short-send-overrun", "after a short send the next one was given the full length from the new position"},
    {"short-send-misplaced", "after a short send the next one did not go on where it stopped"},
    {"short-recv-ignored", "more was sent than the last receive had returned",
     "recv() returns how many bytes came, which may be fewer than you asked for: send on just so many, not the whole "
     "buffer. What lies behind them is old."},
    {"minus-one-as-size", "the -1 of a failed call was used as a length",
     "recv() and send() return -1 on failure. Keep the result in a signed type (ssize_t) and look at it before you use "
     "it as a length."},
    {"minus-one-added", "the -1 of a failed call was added to a total"},
    {"interrupted-send-dropped", "what an interrupted send was given was never sent"},
    {"would-block-dropped", "what a send without room (EAGAIN) was given was never sent",
     "EAGAIN of send() says that nothing was taken. Keep the bytes, ask poll() for POLLOUT, and send them then."},
    {"interrupt-taken-for-end", "the connection was closed because a signal interrupted a call (EINTR)",
     "A signal that the program catches may interrupt any call that waits: it returns -1 with errno EINTR, and nothing "
     "was lost. Make the same call again."},
    {"would-block-taken-for-end", "the connection was closed because there was nothing to do yet (EAGAIN)",
     "EAGAIN says that there is nothing to do yet, or that a timeout passed: wait and call again. The connection is as "
     "good as before."},
    {"interrupt-ends-program", "the program ended, and its last call was interrupted by a signal (EINTR)"},
    {"would-block-ends-program", "the program ended, and its last call had nothing to do yet (EAGAIN)"},
    {"error-ends-program", "the program ended, and its last call had failed",
     "A failed call is not the end of the program: a server closes that connection and serves the others, a client "
     "tries "
     "the next address, or says what failed."},
    {"end-of-stream-ends-program", "the program ended when one connection came to its end",
     "recv() returning 0 is the end of that one connection: close it and go on serving the others."},
    {"listener-closed", "the program closed its listener and went on to accept",
     "accept() gives a new descriptor for each client: close that one when the client is served. The listener stays "
     "open, "
     "for it takes all the others."},
    {"bad-descriptor", "a call was made on a descriptor that was closed before, or on the -1 of a failed call",
     "EBADF: the number is no open descriptor. Look whether the call that made it failed, and close each one only when "
     "nobody uses it any more."},
    {"reset-by-linger", "SO_LINGER with 0 seconds turned the end of the stream into a reset",
     "SO_LINGER with 0 seconds makes every close() a reset. Leave the option alone."},
    {"child-goes-on", "a child process served its client and then accepted the next itself",
     "After fork() the child serves its one client and ends: call _exit() where it is done. A child that returns goes "
     "on "
     "in the loop of its parent, as one more server, and forks in its turn."},
    {"closed-unread", "a connection was closed with bytes unread, which resets it",
     "close() with bytes unread resets the connection, and the reset may destroy what you sent. Shut down writing and "
     "read to the end first."},
    {"held-by-other-process", "a connection stays open because another process has it open, too",
     "After fork() both processes hold the connection, and it ends only when both have closed it: the parent closes "
     "the "
     "connection, the child the listener."},
    {"edge-not-drained", "an edge-triggered descriptor was not read until EAGAIN",
     "An edge-triggered descriptor is reported once for what has come: receive until recv() says EAGAIN."},
    {"blocks-others", "the only thread waits in a send to one client while others wait for it"},
    {"serves-one-at-a-time", "the only thread waits for one client while others wait for it"},
    {"sends-without-reading", "it waits to send to a client whose own bytes it does not read",
     "Receive while you cannot send: ask poll() for both directions, and do whichever it reports, or use a thread for "
     "each "
     "direction. Who only sends while the other side only sends waits for ever."},
    {"bytes-owed", "an echo server received bytes that it did not send back"},
    {"closed-unserved", "a connection was accepted and closed without a receive",
     "Something else closed it before it was served: the destructor of a copy, the thread that accepted it, or another "
     "thread by a number that had been given away meanwhile. Let one place own each descriptor, and hand it on by "
     "move."},
    {"busy-waits", "a call that would block is made again and again without waiting",
     "Ask poll() for POLLIN only while there is room to receive into, and for POLLOUT only while there is something to "
     "send: what is ready and not used is reported again at once. After EAGAIN, wait."},
    {"spins-on-error", "a call that fails is made again and again",
     "A call that fails again and again will not succeed by being repeated at once. Look at errno: give up, or wait."},
    {"spins-at-end", "the end of the stream is received again and again",
     "recv() returns 0 at the end of the stream, for ever. Leave the loop and close the connection."},
    {"reuseaddr-missing", "bind() failed because SO_REUSEADDR was not set"},
    {"reuseaddr-after-bind", "bind() failed because SO_REUSEADDR was set after it"},
    {"port-byte-swapped", "htons() is missing",
     "Ports are in network byte order in a sockaddr: let getaddrinfo() fill it in, or use htons()."},
    {"stopped-at-nul", "bytes from a NUL on were lost, as if the data were a C string",
     "A stream may hold zeros: strlen(), strcpy() and printf(\"%s\") stop at the first. Use the count that recv() "
     "returned."},
    {"terminator-sent", "a NUL was sent along, as if the data were a C string",
     "The NUL at the end of a C string is no part of the data: send as many bytes as recv() returned, or strlen(), not "
     "one more."},
    {"killed-by-sigpipe", "SIGPIPE killed the program when it sent on a connection that was gone",
     "Sending on a connection whose other end is gone raises SIGPIPE, which ends the program. Pass MSG_NOSIGNAL to "
     "send(), or ignore SIGPIPE, and take EPIPE for the end of that connection."},
    {"uncaught-exception", "an exception that nobody caught ended the program, or the thread that served a connection",
     "Catch what your functions throw where one connection is served (in node: listen for its 'error' events), so that "
     "its trouble ends that connection only."},
    {"exits-zero-after-loss", "a client exited with 0 although its data did not get through"},
    // Of the bytes.
    {"lost-bytes", "bytes are missing from a stream"},
    {"repeated-bytes", "a stream goes back to bytes that came before"},
    {"swapped-bytes", "parts of a stream changed places"},
    {"foreign-bytes", "bytes of one connection came on another",
     "Bytes of one connection came out on another: a buffer, a position or a descriptor is shared between connections. "
     "Give each connection its own, as a local variable or in an object per connection; static and global ones are one "
     "for all."},
    {"inserted-bytes", "bytes came that nobody sent"},
    {"corrupted-bytes", "bytes are wrong"},
    {"unexpected-bytes", "bytes came where none were due",
     "More was sent than is due. Send as many bytes as recv() returned: no terminating NUL, no greeting, no debugging "
     "output on the connection."},
    // Of connections.
    {"ended-early", "a stream ended before all was delivered"},
    {"reset", "a connection was reset that should have ended"},
    {"input-closed", "the program closed its standard input"},
    {"connect-failed", "a connection could not be made"},
    {"not-closed", "a connection was not closed at its end"},
    // Of the port.
    {"not-listening", "nothing listens on the port"},
    {"wrong-port", "the program listens on another port"},
    {"ended-before-listening", "the program ended before it listened"},
    // Of the program.
    {"killed-by-signal", "a signal killed the program"},
    {"ended", "the program ended though it should go on"},
    {"did-not-end", "the program went on though it should end"},
    {"wrong-exit", "the exit status is not what was wanted"},
    {"no-message", "the program failed without a message"},
    {"unexpected-answer", "the server says something where the dialogue has nothing"},
    {"wrong-answer", "the answer is not the one that the dialogue says"},
    {"port-shared", "the program listens on a port that another one has"},
    {"port-kept", "the port is still listened on though the server has ended"},
    {"closed-twice", "a number was closed that was closed already"},
    {"zombies", "children have ended and were not waited for"},
    {"results-not-freed", "a list of getaddrinfo() was not freed"},
    {"results-freed-twice", "a list of getaddrinfo() was freed twice",
     "Free a list of getaddrinfo() once, with one freeaddrinfo(), on every way out of the function: set the pointer to "
     "NULL when it is done, and look before you free it again."},
    {"failed-socket-open", "the socket of a failed attempt to connect stays open"},
    {"failed-socket-used-again", "a socket was connected again after its attempt had failed",
     "After a connect() that failed close the socket, and make a new one with socket() for the next address."},
    {"descriptors-leaked", "more descriptors are open than before"},
    {"memory-grows", "more memory is used than allowed"},
    {"too-much", "a limit was exceeded"},
    {"too-much-memory", "the limit of memory was exceeded"},
    {"too-many-processes", "the limit of processes was exceeded"},
    {"lost-silently", "it exits with status 0, although not all that was due came"},
    {"spins", "the processor is busy, and no byte moves"},
    {"stuck", "every thread waits for what cannot come"},
    {"stuck-in-CALL", "every thread that serves a connection waits in CALL for what cannot come"},
    {"no-progress", "nothing moved for 10 seconds, though the program wakes up by itself"},
};

}  // namespace

std::span<const DiagnosisCode> diagnosis_codes() {
  return codes;
}

std::string_view hint_of(std::string_view code) {
  const auto found = std::ranges::find(codes, code, &DiagnosisCode::code);
  return found == std::end(codes) ? std::string_view() : found->hint;
}

bool is_diagnosis_code(std::string_view code) {
  if (code.starts_with(stuck_in)) return code.size() > stuck_in.size();
  return std::ranges::any_of(codes, [&](const DiagnosisCode& c) { return c.code == code; });
}

}  // namespace sockrig
