// SPDX-License-Identifier: Apache-2.0
#include "redis/link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace longwave::redis {

Link::Link(const Clock& clock, Wire& wire, LinkOptions options, std::uint64_t seed)
    : clock_(clock), wire_(wire), options_(std::move(options)), random_(seed), pause_(options_.first_pause) {}

Link::~Link() = default;

void Link::start() {
  if (state_ == State::idle) attempt();
}

void Link::stop() {
  if (std::exchange(state_, State::idle) == State::idle) return;
  ++connection_;
  wire_.close();
  fail_waiting(Errc::cancelled, "Longwave ends");
}

void Link::attempt() {
  state_ = State::connecting;
  ++connection_;
  heard_ = clock_.now();
  wire_.connect();
}

void Link::connected() {
  if (state_ != State::connecting) return;
  state_ = State::greeting;
  reader_ = {};
  greetings_.clear();
  heard_ = clock_.now();
  for (std::size_t i = 0; i < options_.greeting.size(); ++i)
    send(options_.greeting[i], [this, i](Result<Reply> reply) { greeted(i, std::move(reply)); });
  // Also without a greeting: only an answer shows that this is a Redis that serves.
  send({"PING"}, [this](Result<Reply> reply) { greeted(options_.greeting.size(), std::move(reply)); });
  arrange_wake();
}

void Link::greeted(std::size_t index, Result<Reply> reply) {
  if (!reply || state_ != State::greeting) return;
  if (reply->is_error()) return down(reply->text);
  greetings_.push_back(std::move(*reply));
  if (index < options_.greeting.size()) return;
  state_ = State::up;
  pause_ = options_.first_pause;
  told_.clear();
  if (on_up_) on_up_(greetings_);
}

void Link::call(const Command& command, Done done) {
  if (state_ != State::up) return done(error(Errc::unavailable, "Redis can't be reached at present"));
  if (waiting_bytes_ > options_.waiting_bytes)
    return done(error(Errc::full, "too much waits for Redis at present"));
  send(command, std::move(done));
}

void Link::send(const Command& command, Done done) {
  auto bytes = encode(command);
  waiting_.push_back({std::move(done), clock_.now(), bytes.size()});
  waiting_bytes_ += bytes.size();
  wire_.write(std::move(bytes));
  if (waiting_.size() == 1) arrange_wake();
}

void Link::drop(const std::string& why) {
  if (state_ == State::greeting || state_ == State::up) down(why);
}

void Link::received(std::string_view bytes) {
  if (state_ != State::greeting && state_ != State::up) return;
  heard_ = clock_.now();
  reader_.feed(bytes);
  const auto connection = connection_;
  while (connection == connection_ && (state_ == State::greeting || state_ == State::up)) {
    auto next = reader_.next();
    if (!next) return down(fmt::format("what came isn't Redis' protocol: {}", next.error().message));
    if (!*next) break;
    take(std::move(**next));
  }
  if (connection == connection_ && reader_.unread_bytes() > options_.reply_bytes)
    down("an answer is too large");
}

void Link::take(Reply reply) {
  if (options_.pubsub && reply.items.size() == 3 && reply.items[0].text == "message") {
    if (on_message_) on_message_(reply.items[1].text, std::move(reply.items[2].text));
    return;
  }
  if (waiting_.empty()) return down("an answer came that nobody had asked for");
  auto waiting = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= waiting.bytes;
  waiting.done(std::move(reply));
}

void Link::lost(const std::string& why) {
  if (state_ != State::idle && state_ != State::pausing) down(why);
}

void Link::down(const std::string& why) {
  const bool was_up = state_ == State::up;
  state_ = State::pausing;
  ++connection_;
  wire_.close();
  // Not all nodes at once when Redis comes back.
  const auto pause =
      pause_ / 2 +
      Duration{static_cast<Duration::rep>(random_.unit() * static_cast<double>((pause_ / 2).count()))};
  pause_ = std::min(pause_ * 2, options_.longest_pause);
  again_ = clock_.now() + pause;
  arrange_wake();
  fail_waiting(Errc::unavailable, "Redis was lost: " + why);
  if ((was_up || why != told_) && on_down_) {
    told_ = why;
    on_down_(why);
  }
}

void Link::fail_waiting(Errc code, const std::string& why) {
  auto lost = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  for (auto& one : lost) one.done(error(code, why));
}

/// Early is harmless: woken() looks again.
void Link::arrange_wake() {
  Instant when = again_;
  if (state_ == State::greeting || state_ == State::up) {
    when = waiting_.empty() ? heard_ + options_.ping_after : waiting_.front().since + options_.answer_within;
  } else if (state_ != State::pausing) {
    return;
  }
  if (when >= wakes_) return;
  wakes_ = when;
  wire_.wake(when);
}

void Link::woken() {
  const Instant now = clock_.now();
  wakes_ = Instant::max();
  if (state_ == State::pausing && now >= again_) return attempt();
  if (state_ == State::greeting || state_ == State::up) {
    if (!waiting_.empty() && now >= waiting_.front().since + options_.answer_within)
      return down("no answer in time");
    if (waiting_.empty() && now >= heard_ + options_.ping_after) return send({"PING"}, [](const auto&) {});
  }
  arrange_wake();
}

}  // namespace longwave::redis
