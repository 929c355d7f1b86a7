// SPDX-License-Identifier: Apache-2.0
#include "library/inspector.hpp"

#include "audio/analysis.hpp"
#include "audio/picture.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "library/artwork.hpp"
#include "library/file.hpp"
#include "library/layout.hpp"
#include "library/tags.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace longwave::library {

namespace {

constexpr auto decoded = Samples{600ll * 44100};  // of a long file, the first ten minutes
constexpr rlim_t cpu_seconds = 30;
constexpr std::size_t longest_answer = 4096;

struct Pipe {
  std::array<int, 2> ends = {-1, -1};
  Pipe() { (void)::pipe2(ends.data(), O_CLOEXEC); }
  ~Pipe() {
    for (const int end : ends)
      if (end >= 0) ::close(end);
  }
  void close_writing() { ::close(std::exchange(ends[1], -1)); }
};

/// What the child says until it closes its end, or nothing more when the time is over.
std::string listen(int from, Duration within, bool& late) {
  const SystemClock clock;
  const auto until = clock.now() + within;
  std::string said;
  std::array<char, 1024> bytes;
  while (said.size() < longest_answer) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock.now());
    ::pollfd ready{from, POLLIN, 0};
    const int polled = left.count() > 0 ? ::poll(&ready, 1, static_cast<int>(left.count())) : 0;
    if (polled < 0 && errno == EINTR) continue;
    if (polled == 0) {
      late = true;
      break;
    }
    const auto got = ::read(from, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    said.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return said;
}

Result<pid_t> start(const std::filesystem::path& file, UploadKind kind, const InspectorOptions& options,
                    int answer) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, file.c_str(), O_RDONLY | O_NOFOLLOW, 0);
  posix_spawn_file_actions_adddup2(&actions, answer, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);

  std::vector<std::string> words = {options.program.string()};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  words.emplace_back(kind == UploadKind::music ? "music" : "picture");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* environment[] = {nullptr};
  pid_t child = -1;
  const int code =
      ::posix_spawn(&child, options.program.c_str(), &actions, &attributes, arguments.data(), environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0)
    return error(Errc::unavailable,
                 fmt::format("files can't be checked at present: {}", std::strerror(code)));
  return child;
}

void limit(int what, rlim_t value) {
  const rlimit both{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

void confine() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::setpriority(PRIO_PROCESS, 0, 10);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CPU, cpu_seconds);
  limit(RLIMIT_NOFILE, 16);
  limit(RLIMIT_NPROC, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  limit(RLIMIT_AS, 1u << 30);  // with a sanitizer, addresses are no memory
#endif
}

Result<std::string> inspect_music(const std::filesystem::path& path) {
  auto file = MusicFile::open(path.string());
  if (!file) return file.error();
  const auto layout = find_layout(**file);
  if (!layout) return layout.error();
  std::string picture;
  const auto tags = read_tags(**file, *layout, [&](std::string_view bytes) { picture = bytes; });
  if (!tags) return tags.error();
  // A picture that can't be decoded doesn't spoil the sound; what it does to the decoder shows here.
  if (!picture.empty()) (void)audio::scale_picture(picture, 96);
  const auto sound = audio::analyse(path, {.only_first = decoded});
  if (!sound) return sound.error();
  return tags->format;
}

Result<std::string> inspect_picture(const std::filesystem::path& path) {
  auto file = MusicFile::open(path.string());
  if (!file) return file.error();
  if ((*file)->size() > static_cast<std::int64_t>(max_picture_bytes))
    return error(Errc::full, "the picture is larger than 10 MiB");
  const auto bytes = (*file)->read(0, max_picture_bytes);
  const auto scaled = audio::scale_picture(bytes, 96);
  if (!scaled) return scaled.error();
  return std::string(audio::picture_type(bytes));
}

}  // namespace

Result<std::string> inspect(const std::filesystem::path& file, UploadKind kind) {
  return kind == UploadKind::music ? inspect_music(file) : inspect_picture(file);
}

int inspect_here(UploadKind kind) {
  confine();
  const auto found = inspect("/proc/self/fd/0", kind);
  const auto line = found ? fmt::format("ok {}\n", *found) : fmt::format("no {}\n", found.error().message);
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
  std::_Exit(EXIT_SUCCESS);
}

Result<std::string> inspect_apart(const std::filesystem::path& file, UploadKind kind,
                                  const InspectorOptions& options) {
  Pipe answer;
  if (answer.ends[0] < 0) return error(Errc::unavailable, "files can't be checked at present");
  const auto child = start(file, kind, options, answer.ends[1]);
  if (!child) return child.error();
  answer.close_writing();
  bool late = false;
  const auto said = listen(answer.ends[0], options.time, late);
  ::kill(*child, SIGKILL);  // it has said all it may
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  if (late) return error(Errc::broken, "the file took too long to check");
  const auto line = std::string_view(said).substr(0, said.find('\n'));
  if (said.find('\n') != said.npos && line.starts_with("ok ") && line.size() > 3)
    return std::string(line.substr(3));
  if (said.find('\n') != said.npos && line.starts_with("no "))
    return error(Errc::broken, text::to_utf8(line.substr(3)));
  return error(Errc::broken, "the file could not be checked: the process that decoded it died");
}

}  // namespace longwave::library
