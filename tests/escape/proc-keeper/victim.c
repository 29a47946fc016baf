// The keeper is read through /proc: environment, memory, descriptors, folders.
#define _GNU_SOURCE
#include "../attack.h"

static int target;
static long opened(const char* file) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/%s", target, file);
  return closed(open(path, O_RDONLY));
}
static long try_environ(void) { return opened("environ"); }
static long try_mem(void) { return opened("mem"); }
static long try_fd(void) { return opened("fd"); }
static long try_root(void) { return opened("root/."); }
static long try_cwd(void) { return opened("cwd/."); }
static long try_maps(void) { return opened("maps"); }
static long try_auxv(void) { return opened("auxv"); }
static long try_stack(void) { return opened("stack"); }
static long try_io(void) { return opened("io"); }
static long try_smaps(void) { return opened("smaps"); }
static long try_fdinfo(void) { return opened("fdinfo"); }
static long try_ns(void) { return opened("ns"); }
static long try_map_files(void) { return opened("map_files"); }

static const struct act acts[] = {ACT(environ), ACT(mem),  ACT(fd),        ACT(root),   ACT(cwd),
                                  ACT(maps),    ACT(auxv), ACT(stack),     ACT(io),     ACT(smaps),
                                  ACT(fdinfo),  ACT(ns),   ACT(map_files), {NULL, NULL}};

// The parent of a process, from its status file.
static int parent_of(int process) {
  char path[40], line[256];
  int parent = 0;
  snprintf(path, sizeof(path), "/proc/%d/status", process);
  FILE* file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof(line), file) != NULL) sscanf(line, "PPid: %d", &parent);
  if (file != NULL) fclose(file);
  return parent;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  target = strcmp(argv[1], "first") == 0 ? 1 : getppid();
  if (strcmp(argv[1], "supervisor") == 0) target = parent_of(target);
  return try_all(acts, argv + 2);
}
