// SPDX-License-Identifier: Apache-2.0
#include "station/backends/mpd_link.hpp"

#include <fmt/format.h>
#include <mpd/client.h>

#include <charconv>
#include <optional>
#include <utility>

namespace longwave::station {
namespace {

constexpr std::size_t most_steps = 1000;

}  // namespace

Result<MpdAddress> MpdAddress::parse(std::string_view text) {
  if (text.starts_with('/')) return MpdAddress{std::string(text), 0};
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  MpdAddress address{std::string(host)};
  bool good = colon != std::string_view::npos && !host.empty();
  if (good) {
    const auto digits = text.substr(colon + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    good = failed == std::errc{} && end == digits.data() + digits.size() && address.port > 0 &&
           address.port < 65536;
  }
  if (!good) return error(Errc::invalid, fmt::format("'{}' is no HOST:PORT of an MPD, nor its socket", text));
  return address;
}

void MpdLink::Close::operator()(mpd_connection* connection) const {
  mpd_connection_free(connection);
}

MpdLink::MpdLink(MpdAddress address, Post post, Duration deadline)
    : address_(std::move(address)), post_(std::move(post)), deadline_(deadline), thread_([this] { run(); }) {}

MpdLink::~MpdLink() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void MpdLink::submit(Step step) {
  {
    const std::lock_guard lock(mutex_);
    if (steps_.size() >= most_steps) steps_.pop_front();
    steps_.push_back(std::move(step));
  }
  wake_.notify_one();
}

void MpdLink::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return ending_ || !steps_.empty(); });
    if (ending_) return;
    Step step = std::move(steps_.front());
    steps_.pop_front();
    lock.unlock();
    step();
  }
}

mpd_connection* MpdLink::connection() {
  // An old connection may have been closed by the other side while nothing was asked.
  if (connection_ &&
      (!mpd_send_command(connection_.get(), "ping", nullptr) || !mpd_response_finish(connection_.get()))) {
    connection_.reset();
  }
  if (connection_) return connection_.get();
  const auto ms = static_cast<unsigned>(to_ms(deadline_));
  connection_.reset(mpd_connection_new(address_.host.c_str(), address_.port, ms));
  if (connection_ && mpd_connection_get_error(connection_.get()) != MPD_ERROR_SUCCESS) connection_.reset();
  return connection_.get();
}

/// What went wrong; the connection goes unless the other only said no.
Error MpdLink::failure(bool keep_refusals) {
  if (!connection_) return error(Errc::unavailable, "the external player isn't there");
  const bool refused = mpd_connection_get_error(connection_.get()) == MPD_ERROR_SERVER;
  const std::string why = mpd_connection_get_error_message(connection_.get());
  if (!refused || !mpd_connection_clear_error(connection_.get())) connection_.reset();
  if (refused && keep_refusals) return error(Errc::not_found, why);
  return error(Errc::unavailable, why);
}

void MpdLink::look_up(std::string uri, Done<Duration> done) {
  submit([this, uri = std::move(uri), done = std::move(done)]() mutable {
    Result<Duration> outcome = error(Errc::not_found, fmt::format("the external player has no {}", uri));
    auto* const to = connection();
    if (!to || !mpd_send_list_meta(to, uri.c_str())) {
      outcome = failure(false);
    } else {
      while (auto* const song = mpd_recv_song(to)) {
        outcome = Duration(std::chrono::milliseconds{mpd_song_get_duration_ms(song)});
        mpd_song_free(song);
      }
      if (!mpd_response_finish(to)) outcome = failure(true);
    }
    post_([done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
  });
}

void MpdLink::play(std::string uri, Duration offset, Done<void> done) {
  submit([this, uri = std::move(uri), offset, done = std::move(done)]() mutable {
    Result<void> outcome{};
    auto* const to = connection();
    const bool good = to && mpd_run_repeat(to, false) && mpd_run_clear(to) && mpd_run_add(to, uri.c_str()) &&
                      mpd_run_play_pos(to, 0) &&
                      (offset < std::chrono::milliseconds{100} ||
                       mpd_run_seek_current(to, std::chrono::duration<float>(offset).count(), false));
    if (!good) outcome = failure(true);
    post_([done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
  });
}

void MpdLink::playing(Done<bool> done) {
  submit([this, done = std::move(done)]() mutable {
    Result<bool> outcome = true;
    auto* const to = connection();
    auto* const status = to ? mpd_run_status(to) : nullptr;
    if (status) {
      outcome = mpd_status_get_state(status) != MPD_STATE_STOP;
      mpd_status_free(status);
    } else {
      outcome = failure(false);
    }
    post_([done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
  });
}

void MpdLink::stop(Done<void> done) {
  submit([this, done = std::move(done)]() mutable {
    Result<void> outcome{};
    auto* const to = connection();
    if (!to || !mpd_run_stop(to)) outcome = failure(false);
    post_([done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
  });
}

}  // namespace longwave::station
