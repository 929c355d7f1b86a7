// SPDX-License-Identifier: Apache-2.0
#include "app/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace longwave::app {
namespace {

constexpr Duration bar_every = std::chrono::milliseconds{100};
constexpr Duration line_every = std::chrono::seconds{5};
constexpr int bar_width = 30;

void to_standard_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::string human(Duration d) {
  const auto s = std::chrono::floor<std::chrono::seconds>(d).count();
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
}

Progress::Progress(std::string label, const Clock& clock)
    : Progress(std::move(label), clock, to_standard_error, isatty(STDERR_FILENO) != 0) {}

Progress::Progress(std::string label, const Clock& clock, Write write, bool terminal)
    : label_(std::move(label)),
      clock_(clock),
      write_(std::move(write)),
      terminal_(terminal),
      started_(clock.now()) {}

void Progress::update(std::int64_t done, std::int64_t total, std::string_view what) {
  const auto now = clock_.now();
  if (drawn_ && now - shown_ < (terminal_ ? bar_every : line_every)) return;
  drawn_ = true;
  shown_ = now;

  std::string left;
  if (done > 0 && total > done) {
    const auto remaining = (now - started_) * (total - done) / done;
    if (now - started_ > std::chrono::seconds{1}) left = fmt::format(", {} left", human(remaining));
  }
  const std::string of = total > 0 ? fmt::format("{}/{}", done, total) : fmt::format("{}", done);
  if (!terminal_) {
    write_(fmt::format("{}: {}{} {}\n", label_, of, left, what));
    return;
  }
  const int filled = total > 0 ? static_cast<int>(bar_width * done / total) : 0;
  std::string bar;
  for (int i = 0; i < bar_width; ++i) bar += i < filled ? "━" : "─";
  write_(fmt::format("\r\033[K{} {} {}{} {}", label_, bar, of, left, what.substr(0, 40)));
}

void Progress::finish(std::string_view summary) {
  write_(fmt::format("{}{}: {}\n", terminal_ ? "\r\033[K" : "", label_, summary));
}

}  // namespace longwave::app
