// SPDX-License-Identifier: Apache-2.0
// Preloaded into the program by hung_decoder_test: a disk that no longer answers. While the test holds a lock on the file
// HANG, reads beyond byte HANG_FROM of files whose name ends in HANG_NAME don't return; no stop
// token reaches them, as with a network disk that went away. The size of HANG counts such reads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int hangs(int fd, off_t at) {
  const char *name = getenv("HANG_NAME"), *from = getenv("HANG_FROM");
  char link[64], path[4096];
  if (!name || !from || at < atoll(from)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  const size_t wanted = strlen(name);
  return (size_t)length >= wanted && strcmp(path + length - wanted, name) == 0;
}

static void wait_for_the_disk(int fd, off_t at) {
  const char *control = getenv("HANG");
  const int saved = errno;
  if (control && hangs(fd, at)) {
    const int held = open(control, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (held >= 0 && flock(held, LOCK_SH | LOCK_NB) != 0) {
      if (write(held, "x", 1) != 1) perror("write");
      while (flock(held, LOCK_SH) != 0 && errno == EINTR) continue;
    }
    if (held >= 0) close(held);
  }
  errno = saved;
}

typedef ssize_t (*Pread)(int, void *, size_t, off_t);

ssize_t pread(int fd, void *buffer, size_t n, off_t at) {
  static Pread real;
  if (!real) real = (Pread)dlsym(RTLD_NEXT, "pread");
  wait_for_the_disk(fd, at);
  return real(fd, buffer, n, at);
}

ssize_t pread64(int fd, void *buffer, size_t n, off_t at) {
  return pread(fd, buffer, n, at);
}
