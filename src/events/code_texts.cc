#include "events/code_texts.h"

#include <algorithm>
#include <string>

#include "events/codes.h"

namespace nodeward {
namespace {

constexpr CodeText kTexts[] = {
    {codes::kDegraded, "started with a protection missing",
     "The profile asks for a protection that this host cannot give, or not whole. The application "
     "was started without it; the event names the protection and what is missing.",
     "Only enforcement = \"best-effort\" or \"permissive\" starts with a gap. Under \"strict\" the "
     "same gap refuses the launch with exit code 125.",
     "See what is missing with `nodeward explain` and `nodeward doctor`; the event's hint says "
     "what "
     "would close the gap on this host. Then go back to \"strict\".",
     "enforcement = \"strict\""},
    {codes::kWarning, "works, and is probably not meant so",
     "Something around the launch weakens what you probably expect, or makes it behave otherwise: "
     "a shell between nodeward and node, an environment variable that makes node run other code.",
     "It is not a violation: the profile allows it, or it lies outside of the profile.",
     "Read the message; it names the thing and the way around it.", ""},
    {codes::kNotObservable, "refusals are not observable here",
     "A protection is in force, but this host gives nodeward no way to see when it refuses: no "
     "event will come from it.",
     "Some refusals are made by the kernel alone. Telling them needs system call notifications or "
     "the kernel's audit, which this kernel or container does not have.",
     "The application is confined all the same. `nodeward doctor` says what this host would need. "
     "To look for a refusal by hand, ask `nodeward why` about the file, host or call.",
     ""},
    {codes::kUnresolved, "a name of the profile does not resolve",
     "A host name in [network] connect has no address at the moment: the name servers do not "
     "answer, or know no such name.",
     "Connections are judged by address. Until the name resolves, connections to it are refused; "
     "nodeward goes on asking, and the launch does not wait.",
     "Check the spelling and the name servers in /etc/resolv.conf. `nodeward why resolve NAME` "
     "says which rule lists the name.",
     "[network] connect = [\"db.example.com:5432\"]"},
    {codes::kSecretsChanged, "the vault has changed, and its new set was taken",
     "[secrets] watch is on, and the vault holds other values or names than those that the "
     "application has. The event names them, and says what was done: a restart, a signal, or new "
     "values in the running process.",
     "The whole set was decrypted and checked before anything happened.",
     "Nothing, when the change was yours. When it was not, find out who may write the vault.",
     "[secrets] on_change = \"restart\""},
    {codes::kSecretsKept, "the vault has changed, and was not taken",
     "The new vault cannot be used: it does not open, lacks what is required, or could have been "
     "written by somebody else than root and nodeward's own user.",
     "The application keeps the secrets that it has, and goes on. A restart would fail: look now.",
     "Read the message; `nodeward vault verify` says it too. Put the vault right, and it is looked "
     "at again.",
     "[secrets] watch = true"},
    {codes::kCallDenied, "a system call was refused",
     "The application, or native code in it, made a system call that the profile does not allow, "
     "or allows only with other arguments. It got the error that the event names; nothing "
     "happened.",
     "[syscalls] allow names what Node.js needs. Everything beyond it is a way to attack the "
     "kernel or other processes. Some calls are restricted by their arguments, and no line of a "
     "profile lifts that: raw sockets, namespaces, signals to nodeward itself.",
     "Find out who made it: the event names the process and the arguments. If the application "
     "needs it, add the line of the event's hint. `nodeward why syscall NAME` says which "
     "arguments would pass. If nothing of yours should do that, a dependency deserves a look.",
     "[syscalls] allow = [\"@default\", \"NAME\"]"},
    {codes::kCallPermitted, "a violation was let through",
     "The application did what the profile does not allow. Nothing stopped it: the profile, or "
     "this section of it, says \"permissive\".",
     "\"permissive\" is for learning what an application needs before it is confined. It protects "
     "nothing.",
     "Allow what the application needs by the event's hint. When no more of these events come, go "
     "to \"strict\".",
     "enforcement = \"strict\""},
    {codes::kCallKilled, "a process was killed for a violation",
     "A process made a system call that the profile does not allow, and was ended with SIGKILL.",
     "The profile says on_violation = \"kill\": an application that never does such a thing is "
     "safer dead than on.",
     "The event names the call and its arguments. Allow it by the hint if it is the application's "
     "own, or answer it with an error instead.",
     "[syscalls] on_violation = \"deny\""},
    {codes::kOpenRefused, "a file was not opened, changed or watched",
     "The application tried to open, make or change a file that no rule of [filesystem] covers, to "
     "change its mode, owner or times, or to watch it. It got EACCES, as if the file's mode "
     "forbade "
     "it.",
     "A dependency that reads keys, tokens or the files of a neighbour looks just like this. By "
     "default the application reads its own folder and what Node.js needs, and writes /tmp.",
     "`nodeward why open PATH write` says which rule is nearest, and whether the file's own mode "
     "would refuse as well. If the application needs it, name the narrowest folder that will do.",
     "[filesystem] read = [\"@node\", \"@app\", \"PATH\"], or write = [\"/tmp\", \"PATH\"]"},
    {codes::kExecRefused, "a program was not executed",
     "The application tried to start another program: a shell, a tool, a file that it had just "
     "written. The program was not started; Node.js reports an ordinary error of spawn().",
     "Running a shell is the first thing that injected code does, and an API seldom needs it. By "
     "default only the interpreter is executed, and only once.",
     "`nodeward why exec PATH` says what would allow it. \"@node-child\" lets the application "
     "start "
     "node itself (cluster, fork); a path lets it start that one program. Both run under the same "
     "confinement.",
     "[filesystem] exec = [\"@node\", \"PATH\"]"},
    {codes::kAddonRefused, "native code was refused",
     "The application tried to load a native addon or library, and [node] addons is false.",
     "Native code is not bound by anything that JavaScript is bound by: it can do whatever the "
     "system "
     "calls of the profile allow.",
     "If the package is meant to be native (bcrypt, sharp, better-sqlite3), allow addons. The "
     "check "
     "stops what JavaScript can ask for; native code that runs already has other ways.",
     "[node] addons = true"},
    {codes::kConnectRefused, "a connection was refused",
     "The application tried to connect to an address that no rule of [network] connect covers. It "
     "got EACCES at once; nothing left the machine.",
     "Sending out what it has found is the aim of most malicious packages. By default loopback and "
     "private networks can be reached; the public network only where it is listed, and the "
     "metadata services of clouds never unless an address is.",
     "The event has the address, and the name if it was asked for. `nodeward why connect "
     "HOST:PORT` says which rule is missing. Rules by name are better than wide ranges.",
     "[network] connect = [\"@loopback\", \"@private\", \"HOST:PORT\"]"},
    {codes::kListenRefused, "an address was not bound, or not listened on",
     "The application tried to take a port or address, or to listen on one, that no rule of "
     "[network] listen covers.",
     "A second, hidden server in an application is a back door. By default the application listens "
     "on $PORT if that is set, else on any port from 1024.",
     "`nodeward why listen PORT` says what the profile allows. Name the port, with an address if "
     "it should not be reached from outside.",
     "[network] listen = [\"3000\"]"},
    {codes::kSendRefused, "a datagram was not sent",
     "The application tried to send a datagram (UDP) to an address that no rule of [network] "
     "connect covers. It was not sent.",
     "A datagram carries data out as well as a connection does, so the same rules hold for both.",
     "As for a connection: `nodeward why connect HOST:PORT`. Statistics and traces often go by "
     "UDP: list their collector.",
     "[network] connect = [\"@loopback\", \"@private\", \"HOST:PORT\"]"},
    {codes::kNameRefused, "a name was not asked for (DNS)",
     "The application asked a name server for a name that no rule of [network] connect lists. The "
     "question was not sent on.",
     "A question to a name server carries data out in the name itself, through any firewall. So "
     "only names that the application may connect to are asked for.",
     "`nodeward why resolve NAME` says which rule would cover the name; \"*.example.com\" covers "
     "all names beneath it. dns = \"open\" lets every question through, and is a way out for data.",
     "[network] connect = [\"NAME:443\"]"},
    {codes::kUnixRefused, "a UNIX socket was refused",
     "The application tried to connect to, send to or bind a UNIX socket that no rule of [network] "
     "covers.",
     "Services that trust every local process listen there: Docker's socket is root on the host, "
     "D-Bus starts programs.",
     "`nodeward why connect unix:/PATH` says what would allow it. List the one socket that the "
     "application needs.",
     "[network] connect = [\"unix:/run/postgresql/.s.PGSQL.5432\"]"},
    {codes::kSocketRefused, "a kind of socket was refused",
     "The application tried to make a socket of a kind that Node.js never makes: raw or packet "
     "sockets, netlink beyond the list of addresses, MPTCP, Bluetooth and the like.",
     "Raw sockets forge packets; rare families are where the kernel's bugs are; MPTCP goes around "
     "rules on TCP.",
     "No line of a profile allows it in this version. `nodeward why syscall socket` lists the "
     "kinds that pass.",
     ""},
    {codes::kSignalRefused, "a signal to a stranger was refused",
     "The application tried to signal a process that is not its own: another service of the same "
     "user, or nodeward.",
     "Signals stop, kill and confuse services; ending its supervisor would be an application's way "
     "to be rid of it.",
     "No line of a profile allows it. The application's own children can be signalled. A stray "
     "process number in a file (a stale pid file) is the usual innocent cause.",
     ""},
    {codes::kTraceRefused, "tracing was refused",
     "The application tried to trace another process, or to read or write its memory.",
     "Who traces a process owns it, with its secrets. Debuggers do it, and malware.",
     "No line of a profile allows it where the other process is a stranger's. Debug Node.js with "
     "--inspect, which traces nothing; strace and gdb belong outside of nodeward.",
     ""},
    {codes::kOutOfMemory, "the memory limit killed a process",
     "The application and what it started used more memory than [limits] memory allows. The kernel "
     "killed a process of it.",
     "Without the limit, the machine's other services would have paid.",
     "Look for a leak first. If the application needs more, raise the limit; node's own limit "
     "(--max-old-space-size) should lie well below.",
     "[limits] memory = \"1G\""},
    {codes::kPidsReached, "the process limit refused a fork",
     "The application wanted more processes and threads than [limits] pids allows. The call failed "
     "with EAGAIN.",
     "The limit keeps a fork bomb, or a pool without a bound, from the machine.",
     "Node.js needs a dozen threads for itself; each child and worker some more. Raise the limit "
     "if "
     "the number that the event names is an honest one.",
     "[limits] pids = 128"},
    {codes::kThrottled, "the processor limit held it back",
     "The application used up its share of processor time, [limits] cpu, and had to wait.",
     "It is slower, not broken: the limit does what it was asked for.",
     "If latency suffers, raise the limit. Many such events at a start are normal: compiling "
     "JavaScript takes more than serving does.",
     "[limits] cpu = 2.0"},
    {codes::kUnhealthy, "the health checks failed",
     "So many checks of [supervise.health] in a row failed as failures says. The event has what "
     "the last one found. supervise.health.on_unhealthy decides what follows: a restart, "
     "nodeward's own end with exit code 1, or nothing.",
     "A process that runs and does not answer helps nobody.",
     "Look at what the application did at that time. If it only starts slowly, give it longer: "
     "supervise.health.start.",
     "[supervise.health] start = \"30s\""},
    {codes::kExited, "the application ended",
     "The application's process ended, by itself or by a signal. The event has its exit code, its "
     "signal, what it used and how many violations there were.",
     "It is told always, so that the last event of an application says how it ended.",
     "128 + N is signal N: 137 is SIGKILL, often the memory limit (NW301 stands before it then); "
     "143 is SIGTERM, a stop. [supervise] restart decides what follows.",
     "[supervise] restart = \"on-failure\""},
    {codes::kGaveUp, "too many restarts",
     "The application ended again and again, and nodeward has stopped to start it. Its exit code "
     "is the application's last one.",
     "An application that cannot live should be seen, not hidden by restarts.",
     "The exit events before this one say how it ended each time. To try longer, change how many "
     "restarts are made within which time.",
     "[supervise] give_up = { restarts = 5, within = \"1min\" }"},
    {codes::kKeeperLost, "the keeper ended",
     "The process of nodeward's that holds the application ended, which it never does by itself. "
     "The whole tree of the application was killed.",
     "Without it nobody could promise that nothing outlives nodeward, so nothing is left running.",
     "Somebody killed it, or the kernel did for want of memory: look into the kernel's log. It is "
     "not restarted; start nodeward again.",
     ""},
};

}  // namespace

std::span<const CodeText> CodeTexts() { return kTexts; }

const CodeText* FindCodeText(std::string_view code) {
  std::string upper(code);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  const auto found = std::ranges::find(kTexts, upper, &CodeText::code);
  return found == std::end(kTexts) ? nullptr : found;
}

}  // namespace nodeward
