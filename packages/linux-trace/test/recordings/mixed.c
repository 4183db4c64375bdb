// The program behind the recordings in this folder: what the bundled traces do not do. Shared memory segments whose
// attachments lose pages, areas that grow down, second views of shared mappings, moves of several areas, tasks that
// share the memory without being threads, a descriptor whose path has commas and parentheses. It writes its own
// /proc/self/maps right before exit_group.
//
//   gcc -O1 -o mixed mixed.c -lpthread
//   setarch -R strace -f OPTIONS -e trace=%memory,shmget,clone,clone3,fork,vfork,execve,execveat,exit,exit_group
//     ./mixed SEED THREADS STEPS end.maps
//
// start.maps is /proc/PID/maps of the same command stopped by a debugger at its first instruction.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define PAGES 128L

extern char **environ;
static int file, segment, steps;
static const int permissions[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC, PROT_WRITE};

static long below(unsigned long *state, long bound) {
  *state = *state * 6364136223846793005UL + 1442695040888963407UL;
  return (*state >> 33) % bound;
}

// One random call in PAGES pages of plain memory, or in the PAGES above them, where segments are attached: the kernel
// does not move those together with other areas, and fails half way.
static void step(char *base, unsigned long *state) {
  int withSegments = below(state, 3) == 0;
  long at = below(state, PAGES), n = 1 + below(state, 12), to = below(state, PAGES), m = 1 + below(state, 12);
  int permission = permissions[below(state, 5)];
  if (withSegments) base += PAGES * PAGE;
  if (at + n > PAGES) n = PAGES - at;
  if (to + n > PAGES || to + m > PAGES) to = 0;
  char *p = base + at * PAGE, *q = base + to * PAGE;
  switch (below(state, withSegments ? 8 : 11)) {
  case 0: mmap(p, n * PAGE - 100, permission, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0); break;
  case 1: mmap(p, n * PAGE, permission & ~PROT_EXEC, MAP_SHARED | MAP_FIXED, file, 3 * PAGE); break;
  case 2: mmap(p, n * PAGE, permission, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0); break;
  case 3: munmap(p, n * PAGE - 5); break;
  case 4: mprotect(p, n * PAGE - 7, permission); break;
  case 5: mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q); break;
  case 6:
    if (withSegments) shmat(segment, p, (at % 2 ? SHM_REMAP : 0) | (at % 3 ? 0 : SHM_EXEC));
    else mremap(p, n * PAGE, (1 + n / 2) * PAGE, 0);
    break;
  case 7:
    if (withSegments) shmdt(p);
    else mmap(p, n * PAGE, permission, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    break;
  case 8: mremap(p, n * PAGE, n * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q); break;
  case 9: mremap(p, n * PAGE, m * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q); break;
  case 10: mremap(p, at % 2 ? n * PAGE : 0, n * PAGE, MREMAP_MAYMOVE | (at % 2 ? MREMAP_DONTUNMAP : 0)); break;
  }
}

// An attachment that loses pages before it is detached.
static void attachAndLose(char *base, unsigned long *state) {
  char *p = shmat(segment, base + below(state, PAGES) * PAGE, SHM_REMAP);
  munmap(p + below(state, 10) * PAGE, below(state, 4) * PAGE);
  mprotect(p + below(state, 10) * PAGE, PAGE, PROT_READ);
  shmdt(p);
}

static char *region(unsigned long address) {
  return mmap((void *)address, 2 * PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void *thread(void *number) {
  unsigned long state = (unsigned long)number * 77 + 5;
  char *own = region(0x510000000000UL + ((unsigned long)number << 32)), *kept[16] = {0};
  long sizes[16];
  for (int i = 0; i < steps; i++) {
    int k = below(&state, 16);
    if (i % 3 == 0) {
      step(own, &state);
    } else if (kept[k] == 0) {
      sizes[k] = (1 + below(&state, 40)) * PAGE;
      kept[k] = mmap(0, sizes[k], permissions[below(&state, 5)], MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    } else if (below(&state, 3) == 0) {
      long size = (1 + below(&state, 40)) * PAGE;
      kept[k] = mremap(kept[k], sizes[k], size, MREMAP_MAYMOVE);
      sizes[k] = size;
    } else {
      munmap(kept[k], sizes[k]);
      kept[k] = 0;
    }
  }
  return 0;
}

// A process that shares the memory: what it does before its execve counts, and its exit_group ends nothing.
static char childStack[1 << 16] __attribute__((aligned(16)));
static int child(void *where) {
  char *none[] = {"x", 0}, *p = where;
  mmap(p, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  execv("/nonexistent", none);
  mprotect(p + PAGE, PAGE, PROT_NONE);
  sbrk(8 * PAGE);
  if ((unsigned long)p & PAGE) execv("/bin/true", none);
  syscall(SYS_exit_group, 3);
  return 0;
}

static void growDown(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN;
  char *a = mmap((void *)0x600000000000UL, 4 * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
  char *b = mmap((void *)0x610000000000UL, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
  for (int i = 0; i <= 5; i++) *(volatile char *)(a - i * PAGE) = 1;
  for (int i = 0; i <= 3; i++) *(volatile char *)(b - i * PAGE) = 1;
  mprotect(a + 2 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN);
  mmap(b - 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  mprotect(b - 3 * PAGE, PAGE, PROT_READ);
}

static void spawn(char *base) {
  int status;
  char *none[] = {"x", 0};
  pid_t pid = vfork();
  if (pid == 0) {
    mmap(base, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    execv("/bin/true", none);
    _exit(1);
  }
  waitpid(pid, &status, 0);
  pid = clone(child, childStack + sizeof childStack, CLONE_VM | SIGCHLD, base + 10 * PAGE);
  waitpid(pid, &status, 0);
  pid = clone(child, childStack + sizeof childStack, CLONE_VM | CLONE_VFORK | SIGCHLD, base + 21 * PAGE);
  waitpid(pid, &status, 0);
  posix_spawn(&pid, "/bin/true", 0, 0, none, environ);
  waitpid(pid, &status, 0);
  if (fork() == 0) {
    munmap(base, PAGES * PAGE);
    _exit(0);
  }
  wait(&status);
}

static char buffer[1 << 16];
int main(int count, char **arguments) {
  unsigned long state = atoi(arguments[1]);
  int threads = atoi(arguments[2]);
  pthread_t started[16];
  steps = atoi(arguments[3]);
  file = open("mixed, (a).bin", O_RDWR | O_CREAT, 0600);
  if (file < 0 || ftruncate(file, 1 << 20) != 0) return 1;
  segment = shmget(IPC_PRIVATE, 10 * PAGE - 77, IPC_CREAT | 0600);
  char *base = region(0x500000000000UL);
  growDown();
  for (int i = 0; i < steps; i++) step(base, &state);
  for (int i = 0; i < 8; i++) attachAndLose(base + PAGES * PAGE, &state);
  spawn(base);
  for (long i = 0; i < threads; i++) pthread_create(&started[i], 0, thread, (void *)i);
  for (int i = 0; i < steps; i++) step(base, &state);
  for (int i = 0; i < threads; i++) pthread_join(started[i], 0);
  shmctl(segment, IPC_RMID, 0);
  int from = open("/proc/self/maps", O_RDONLY), to = open(arguments[4], O_CREAT | O_TRUNC | O_WRONLY, 0644);
  for (ssize_t n; (n = read(from, buffer, sizeof buffer)) > 0;)
    if (write(to, buffer, n) != n) return 1;
  syscall(SYS_exit_group, 0);
}
