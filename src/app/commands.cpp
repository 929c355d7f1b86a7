// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"

#include "app/files.hpp"
#include "app/ground.hpp"
#include "app/listening.hpp"
#include "app/program.hpp"
#include "app/progress.hpp"
#include "base/log.hpp"
#include "io/signals.hpp"
#include "library/scan.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace longwave::app {
namespace {

int refuse(std::string_view why) {
  fmt::print(stderr, "longwave: {}\n", why);
  return EXIT_FAILURE;
}

Result<void> check_music(const Config& config) {
  if (config.music.empty() && config.role == "all") {
    return error(Errc::invalid,
                 "no music: name a folder with --music DIR (or LONGWAVE_MUSIC, or music in a TOML file)");
  }
  for (const auto& folder : config.music) {
    std::error_code bad;
    if (!std::filesystem::is_directory(folder, bad)) {
      log::warn("music folder {} isn't there now; its tracks are missing until it is", folder);
    }
  }
  return {};
}

Result<log::Level> log_level(const std::string& name) {
  constexpr std::pair<std::string_view, log::Level> levels[] = {{"debug", log::Level::debug},
                                                                {"info", log::Level::info},
                                                                {"warn", log::Level::warn},
                                                                {"error", log::Level::error},
                                                                {"off", log::Level::off}};
  for (const auto& [text, level] : levels) {
    if (text == name) return level;
  }
  return error(Errc::invalid, fmt::format("log must be debug, info, warn, error or off, not '{}'", name));
}

void greet(const Program& program, const Config& config) {
  fmt::print("Longwave {} is on the air.\n\n  page    {}\n  stream  {}listen/main.mp3\n", LONGWAVE_VERSION,
             program.url(), program.url());
  if (const auto& password = program.new_admin_password()) {
    if (isatty(STDOUT_FILENO)) fmt::print("  login   admin, password {}\n", *password);
    fmt::print("          (the administrator's password is in {}/admin-password)\n", config.data);
  }
  fmt::print("\nStop it with Ctrl+C.\n");
  std::fflush(stdout);
}

std::string read_password() {
  std::string password;
  termios before{};
  const bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    fmt::print(stderr, "Password: ");
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::getline(std::cin, password);
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fmt::print(stderr, "\n");
  }
  return password;
}

/// Opens the data folder for a command that works beside a server; says what to do when one is running.
Result<DataFolder> own(const Config& config) {
  return DataFolder::open(config.data);
}

}  // namespace

int serve(const Config& config, const Invocation& invocation) {
  auto level = log_level(config.log);
  if (!level) return refuse(level.error().message);
  log::set_level(*level);
  io::ignore_broken_pipes();
  if (const auto music = check_music(config); !music) return refuse(music.error().message);
  auto data = own(config);
  if (!data) return refuse(data.error().message);
  const SystemClock clock;
  auto program = Program::make(config, std::move(*data), clock, take_inherited_sockets());
  if (!program) return refuse(program.error().message);
  greet(**program, config);
  auto sockets = (*program)->run(invocation);
  program->reset();  // what is open is closed, and the data folder is free
  if (sockets.empty()) return EXIT_SUCCESS;
  log::info("becoming {}", invocation.program);
  return refuse(become_successor(invocation, std::move(sockets)).message);
}

int scan(const Config& config) {
  if (const auto music = check_music(config); !music) return refuse(music.error().message);
  const auto data = own(config);
  if (!data) return refuse(data.error().message);
  const SystemClock clock;
  const auto store = open_store(config, *data);
  library::ScanOptions options;
  options.music = music_folders(config);
  options.threads = static_cast<int>(config.scan_threads);

  Progress progress("scan", clock);
  library::ScanObserver observer;
  observer.progress = [&](const library::ScanProgress& p) {
    progress.update(p.done, p.total, library::to_string(p.phase));
  };
  observer.problem = [](const library::Problem& p) { log::warn("{}: {}", p.path, p.reason); };
  const auto r = library::scan(*store, options, clock, {}, observer);
  progress.finish(fmt::format("{} added, {} changed, {} moved, {} missing, {} unchanged, {} broken", r.added,
                              r.changed, r.moved, r.missing, r.unchanged, r.broken));
  return EXIT_SUCCESS;
}

int user_add(const Config& config, const std::string& user, const std::string& role) {
  const auto data = own(config);
  if (!data) return refuse(data.error().message);
  const auto known = parse_role(role);
  if (!known) return refuse(fmt::format("role must be anyone, dj or admin, not '{}'", role));
  const SystemClock clock;
  const auto store = open_store(config, *data);
  access::Users users(*store, clock);
  if (const auto done = users.add(user, read_password(), *known); !done) return refuse(done.error().message);
  fmt::print("{} can log in as {}.\n", user, role);
  return EXIT_SUCCESS;
}

int user_passwd(const Config& config, const std::string& user) {
  const auto data = own(config);
  if (!data) return refuse(data.error().message);
  const SystemClock clock;
  const auto store = open_store(config, *data);
  access::Users users(*store, clock);
  if (const auto done = users.set_password(user, read_password()); !done) return refuse(done.error().message);
  fmt::print("{} has a new password; earlier logins of {} have ended.\n", user, user);
  return EXIT_SUCCESS;
}

}  // namespace longwave::app
