// The program behind the recording `places`: one task that lets the kernel choose, over and over, from space that it
// takes apart meanwhile. Private, shared and file mappings, those that may use huge pages and those that may not; areas
// that grow down, cut, and with others put into the space that is kept free below them. Then it fills the space up, so
// that the kernel chooses above the mmap base too. It touches nothing of all that, and writes its own /proc/self/maps
// right before exit_group.
//
//   gcc -O1 -o places places.c
//   setarch -R strace -f -y -o strace.txt --inject=brk:delay_enter=2s:when=1
//     -e trace=%memory,shmget,clone,clone3,fork,vfork,execve,execveat,exit,exit_group ./places SEED STEPS FILE end.maps
//
// FILE is one of 16 MiB, on ext4. start.maps is /proc/PID/maps during the delay of the first call. Recorded on Linux 6.18
// with strace 6.1: `places` so, with seed 5 and 700 steps; `places-random` without setarch, with seed 6.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096L
#define HUGE (512 * PAGE)
#define KEPT 48

static unsigned long state;
static long below(long bound) {
  state = state * 6364136223846793005UL + 1442695040888963407UL;
  return (state >> 33) % bound;
}

static const int permissions[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC};
static char *kept[KEPT];
static long sizes[KEPT];

static long someSize(void) {
  switch (below(6)) {
  case 0: return (1 + below(4)) * HUGE;
  case 1: return (1 + below(3)) * HUGE + (1 + below(511)) * PAGE;
  case 2: return HUGE - (1 + below(4)) * PAGE;
  default: return (1 + below(300)) * PAGE;
  }
}

static void *place(long size, int file, int memory) {
  int permission = permissions[below(4)], private = MAP_PRIVATE | MAP_ANONYMOUS;
  long offset = below(2) ? below(1024) * PAGE : below(3) * HUGE;
  switch (below(12)) {
  case 0: return mmap(0, size, permission, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  case 1: return mmap(0, size, permission & ~PROT_EXEC, MAP_SHARED, file, offset);
  case 2: case 3: return mmap(0, size, permission, MAP_PRIVATE, file, offset);
  case 4: return mmap(0, size, permission & ~PROT_EXEC, MAP_SHARED, memory, offset);
  case 5: return mmap(0, size, permission, private | MAP_GROWSDOWN, -1, 0);
  case 6: return mmap(0, size, permission, private | MAP_STACK, -1, 0);
  case 7: return mmap(0, size, permission, private | MAP_NORESERVE, -1, 0);
  default: return mmap(0, size, permission, private, -1, 0);
  }
}

// Low addresses, and devices that are memory; then what is left of the space, in ever smaller pieces.
static void crowd(int file, int memory) {
  int zero = open("/dev/zero", O_RDWR);
  for (long i = 0; i < 3; i++) {
    mmap(0, (1 + i) * HUGE, PROT_READ, MAP_PRIVATE | MAP_32BIT, file, i * PAGE);
    mmap(0, (1 + i) * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    mmap(0, (2 + i) * HUGE, PROT_READ, MAP_SHARED, zero, 0);
    mmap(0, (2 + i) * HUGE, PROT_READ, MAP_PRIVATE, zero, 0);
    mmap(0, (2 + i) * HUGE, PROT_READ, MAP_PRIVATE, memory, 0);
    mmap(0, (1L << 40) + i * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  for (long size = 1L << 46; size >= 1 << 16; size >>= 1)
    for (int i = 0; i < 3; i++) mmap(0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static char buffer[1 << 16];
int main(int count, char **arguments) {
  state = atoi(arguments[1]);
  int steps = atoi(arguments[2]), file = open(arguments[3], O_RDWR), memory = memfd_create("places", 0);
  if (file < 0 || ftruncate(memory, 16 * HUGE) != 0) return 1;
  for (int i = 0; i < steps; i++) {
    int k = below(KEPT);
    char *p = kept[k];
    if (p == 0) {
      sizes[k] = someSize();
      p = place(sizes[k], file, memory);
      kept[k] = p == MAP_FAILED ? 0 : p;
      continue;
    }
    long pages = sizes[k] / PAGE, at = below(pages), n = 1 + below(pages - at);
    switch (below(8)) {
    case 0: munmap(p + at * PAGE, n * PAGE); break;
    case 1: munmap(p, (at + 1) * PAGE); break;
    case 2: mprotect(p + at * PAGE, n * PAGE, permissions[below(4)]); break;
    case 3: mmap(p - (1 + below(280)) * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0); break;
    case 4: madvise(p + at * PAGE, n * PAGE, below(2) ? MADV_DONTFORK : MADV_DOFORK); break;
    default: munmap(p, sizes[k]); kept[k] = 0;
    }
  }
  crowd(file, memory);
  int from = open("/proc/self/maps", O_RDONLY), to = open(arguments[4], O_CREAT | O_TRUNC | O_WRONLY, 0644);
  for (ssize_t n; (n = read(from, buffer, sizeof buffer)) > 0;)
    if (write(to, buffer, n) != n) return 1;
  syscall(SYS_exit_group, 0);
}
