// The native half of the malicious package: system calls that Node has no function for.
//
//   call(number, a0 … a5)  each a number, BigInt, Buffer or string (passed as its address)
//   cloneAndExit(flags)    clone(2) with these flags; the child ends at once, and is waited for
//   forkMany(count)        up to `count` processes alive together, all of them ended on return
//   numbers                the system calls by name, for this architecture
//
// The first two return {ret, errno}; forkMany returns {ret: how many were alive, errno}: the errno
// of the fork that failed, or 0. Runs in the main thread of the application.

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Node-API, version 6 (BigInt): declared here because Debian's Node comes without its headers.
typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
typedef struct napi_callback_info__* napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
enum { kNumber = 3, kString = 4, kBigInt = 9 };  // napi_valuetype

int napi_create_object(napi_env, napi_value*);
int napi_create_int64(napi_env, int64_t, napi_value*);
int napi_create_function(napi_env, const char*, size_t, napi_callback, void*, napi_value*);
int napi_set_named_property(napi_env, napi_value, const char*, napi_value);
int napi_get_cb_info(napi_env, napi_callback_info, size_t*, napi_value*, napi_value*, void**);
int napi_typeof(napi_env, napi_value, int*);
int napi_get_value_int64(napi_env, napi_value, int64_t*);
int napi_get_value_bigint_uint64(napi_env, napi_value, uint64_t*, bool*);
int napi_get_value_string_utf8(napi_env, napi_value, char*, size_t, size_t*);
int napi_get_buffer_info(napi_env, napi_value, void**, size_t*);
int napi_is_buffer(napi_env, napi_value, bool*);

enum { kMaxArguments = 7, kMaxString = 4096, kMaxProcesses = 256 };

static napi_value Answer(napi_env env, long ret, int error) {
  napi_value object, value;
  napi_create_object(env, &object);
  napi_create_int64(env, ret, &value);
  napi_set_named_property(env, object, "ret", value);
  napi_create_int64(env, error, &value);
  napi_set_named_property(env, object, "errno", value);
  return object;
}

// One argument of a system call. `text` holds a string for as long as the call lasts.
static long Argument(napi_env env, napi_value value, char text[kMaxString]) {
  int type = 0;
  int64_t number = 0;
  uint64_t wide = 0;
  void* bytes = NULL;
  bool flag = false;
  napi_typeof(env, value, &type);
  if (type == kNumber) {
    napi_get_value_int64(env, value, &number);
    return (long)number;
  }
  if (type == kBigInt) {
    napi_get_value_bigint_uint64(env, value, &wide, &flag);
    return (long)wide;
  }
  if (type == kString) {
    napi_get_value_string_utf8(env, value, text, kMaxString, NULL);
    return (long)text;
  }
  if (napi_is_buffer(env, value, &flag) == 0 && flag) {
    napi_get_buffer_info(env, value, &bytes, NULL);
  }
  return (long)bytes;
}

static napi_value Call(napi_env env, napi_callback_info info) {
  static char text[kMaxArguments][kMaxString];
  napi_value values[kMaxArguments];
  size_t count = kMaxArguments;
  long args[kMaxArguments] = {0};
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  for (size_t i = 0; i < count && i < kMaxArguments; ++i) {
    args[i] = Argument(env, values[i], text[i]);
  }
  errno = 0;
  const long ret = syscall(args[0], args[1], args[2], args[3], args[4], args[5], args[6]);
  return Answer(env, ret, ret == -1 ? errno : 0);
}

static long FirstNumber(napi_env env, napi_callback_info info) {
  napi_value value;
  size_t count = 1;
  int64_t number = 0;
  napi_get_cb_info(env, info, &count, &value, NULL, NULL);
  if (count == 1) napi_get_value_int64(env, value, &number);
  return (long)number;
}

static napi_value CloneAndExit(napi_env env, napi_callback_info info) {
  const long flags = FirstNumber(env, info);
  errno = 0;
  // All 0 but the flags, so the order of the others, which differs between machines, is no matter.
  const long pid = syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);
  if (pid == 0) _exit(0);
  const int error = pid == -1 ? errno : 0;
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return Answer(env, pid, error);
}

// Lives until the parent closes `hold`'s other end, also by dying. The kernel closes `alive`.
static void WaitInChild(const int hold[2]) {
  char byte;
  close(hold[1]);
  while (read(hold[0], &byte, 1) == -1 && errno == EINTR) {
  }
  _exit(0);
}

static napi_value ForkMany(napi_env env, napi_callback_info info) {
  long wanted = FirstNumber(env, info);
  if (wanted > kMaxProcesses) wanted = kMaxProcesses;
  int hold[2], alive[2];
  if (pipe2(hold, 0) == -1) return Answer(env, -1, errno);
  if (pipe2(alive, 0) == -1) {
    const int error = errno;
    close(hold[0]);
    close(hold[1]);
    return Answer(env, -1, error);
  }
  // Ignored, the children leave no zombies, and no further system call is needed to reap them.
  struct sigaction ignore, before;
  memset(&ignore, 0, sizeof ignore);
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGCHLD, &ignore, &before);
  long made = 0;
  int error = 0;
  while (made < wanted && error == 0) {
    const long pid = syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
    if (pid == 0) WaitInChild(hold);
    if (pid > 0) ++made;
    if (pid == -1) error = errno;
  }
  close(hold[1]);
  close(hold[0]);
  close(alive[1]);
  // End of file: every child, each of which held the other end, is gone.
  char byte;
  while (read(alive[0], &byte, 1) == -1 && errno == EINTR) {
  }
  close(alive[0]);
  sigaction(SIGCHLD, &before, NULL);
  return Answer(env, made, error);
}

static void AddFunction(napi_env env, napi_value exports, const char* name, napi_callback code) {
  napi_value function;
  napi_create_function(env, name, strlen(name), code, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

static void AddNumbers(napi_env env, napi_value exports) {
  static const struct {
    const char* name;
    long number;
  } kCalls[] = {
      {"bpf", SYS_bpf},
      {"geteuid", SYS_geteuid},
      {"init_module", SYS_init_module},
      {"io_uring_setup", SYS_io_uring_setup},
      {"ioctl", SYS_ioctl},
      {"mount", SYS_mount},
      {"ptrace", SYS_ptrace},
      {"setresuid", SYS_setresuid},
      {"socket", SYS_socket},
  };
  napi_value numbers, value;
  napi_create_object(env, &numbers);
  for (size_t i = 0; i < sizeof kCalls / sizeof kCalls[0]; ++i) {
    napi_create_int64(env, kCalls[i].number, &value);
    napi_set_named_property(env, numbers, kCalls[i].name, value);
  }
  napi_set_named_property(env, exports, "numbers", numbers);
}

// Node looks for these two names in a library that it loads.
int32_t node_api_module_get_api_version_v1(void);
napi_value napi_register_module_v1(napi_env env, napi_value exports);

int32_t node_api_module_get_api_version_v1(void) { return 6; }

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  AddFunction(env, exports, "call", Call);
  AddFunction(env, exports, "cloneAndExit", CloneAndExit);
  AddFunction(env, exports, "forkMany", ForkMany);
  AddNumbers(env, exports);
  return exports;
}
