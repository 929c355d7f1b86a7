// SPDX-License-Identifier: Apache-2.0
#include "station/backends/xmms2_client.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace longwave::station::xmms2 {
namespace {

constexpr std::uint32_t object_signal = 0, object_main = 1;
constexpr std::uint32_t command_reply = 0, command_error = 1, command_hello = 32, command_broadcast = 33;

struct BroadcastId {
  Broadcast broadcast;
  int v24, v18;  // -1: doesn't exist
};
constexpr BroadcastId broadcast_ids[] = {
    {Broadcast::quit, 0, 11},           {Broadcast::playlist_changed, 1, 0},
    {Broadcast::current_pos, 2, 6},     {Broadcast::playlist_loaded, 3, 7},
    {Broadcast::config_changed, 4, 1},  {Broadcast::status, 5, 2},
    {Broadcast::volume, 6, 3},          {Broadcast::current_id, 7, 5},
    {Broadcast::entry_added, 9, 8},     {Broadcast::entry_changed, 10, 9},
    {Broadcast::entry_removed, 11, -1}, {Broadcast::collection_changed, 12, 10},
    {Broadcast::reader_status, 13, 12}};

}  // namespace

Client::Client(const Clock& clock, Wire& wire, ClientOptions options)
    : clock_(clock), wire_(wire), options_(std::move(options)), pause_(options_.first_pause) {}

void Client::start() {
  if (state_ != State::idle && state_ != State::pausing) return;
  state_ = State::connecting;
  ++connection_;
  wire_.connect();
}

void Client::stop() {
  if (std::exchange(state_, State::idle) == State::idle) return;
  ++connection_;
  wire_.close();
  fail_all(error(Errc::cancelled, "the program ends"));
}

void Client::connected() {
  if (state_ != State::connecting) return;
  state_ = State::greeting;
  unread_.clear();
  last_cookie_ = 0;
  protocol_ = Protocol::v24;  // never the other way round: a newer daemon may stay silent on an old hello
  hello();
}

void Client::hello() {
  send(
      object_main, command_hello, {static_cast<int>(protocol_), options_.name},
      [this](Result<Value> answer) { greeted(std::move(answer)); }, options_.answer_within);
}

void Client::greeted(Result<Value> answer) {
  if (state_ != State::greeting) return;
  if (answer) {
    state_ = State::up;
    pause_ = options_.first_pause;
    subscribe();
    return on_up();
  }
  if (protocol_ == Protocol::v18) return down("it speaks another protocol: " + answer.error().message);
  protocol_ = Protocol::v18;
  hello();
}

void Client::subscribe() {
  for (const auto& one : broadcast_ids) {
    const int id = protocol_ == Protocol::v24 ? one.v24 : one.v18;
    if (id < 0) continue;
    const auto cookie = ++last_cookie_;
    subscribed_[cookie] = one.broadcast;
    wire_.write(write_message(object_signal, command_broadcast, cookie, List{Value(id)}, protocol_));
  }
}

void Client::call(std::uint32_t object, std::uint32_t command, List arguments, Done done, bool slow) {
  if (state_ != State::up) return done(error(Errc::unavailable, "the player can't be reached at present"));
  send(object, command, std::move(arguments), std::move(done),
       slow ? options_.slow_within : options_.answer_within);
}

void Client::send(std::uint32_t object, std::uint32_t command, List arguments, Done done, Duration within) {
  const auto cookie = ++last_cookie_;
  waiting_.emplace(cookie, Waiting{std::move(done), clock_.now() + within});
  wire_.write(write_message(object, command, cookie, std::move(arguments), protocol_));
  arrange_wake();
}

void Client::received(std::string_view bytes) {
  if (state_ != State::greeting && state_ != State::up) return;
  unread_ += bytes;
  const auto connection = connection_;
  std::size_t at = 0;
  while (unread_.size() - at >= Header::size) {
    const auto header = read_header(std::string_view(unread_).substr(at));
    if (header.length > largest_message) return down("it sent a message that is too long");
    if (unread_.size() - at < Header::size + header.length) break;
    const auto payload = std::string_view(unread_).substr(at + Header::size, header.length);
    at += Header::size + header.length;
    take(header, payload);
    if (connection != connection_) return;
  }
  unread_.erase(0, at);
}

void Client::take(const Header& header, std::string_view payload) {
  auto value = read_value(payload, protocol_);
  if (!value) return down(value.error().message);
  if (header.object == object_signal && header.command == command_broadcast) {
    const auto found = subscribed_.find(header.cookie);
    if (found != subscribed_.end()) on_broadcast(found->second, *value);
    return;
  }
  if (header.command != command_reply && header.command != command_error) return;
  auto found = waiting_.extract(header.cookie);
  if (!found) return;  // too late, or nobody's
  if (const auto* failure = value->failure()) {
    found.mapped().done(error(Errc::broken, failure->text));
  } else if (header.command == command_error) {
    found.mapped().done(error(Errc::broken, "the player refused"));
  } else {
    found.mapped().done(std::move(*value));
  }
}

void Client::lost(const std::string& why) {
  if (state_ != State::idle && state_ != State::pausing) down(why);
}

void Client::down(const std::string& why) {
  const bool was_up = state_ == State::up;
  state_ = State::pausing;
  ++connection_;
  wire_.close();
  again_ = clock_.now() + pause_;
  pause_ = std::min(pause_ * 2, options_.longest_pause);
  subscribed_.clear();
  wire_.wake(again_);
  fail_all(error(Errc::unavailable, "the player was lost: " + why));
  if (was_up) on_down(why);
}

void Client::fail_all(const Error& why) {
  for (auto& [cookie, one] : std::exchange(waiting_, {})) one.done(why);
}

void Client::arrange_wake() {
  if (waiting_.empty()) return;
  const auto first = std::min_element(waiting_.begin(), waiting_.end(), [](const auto& a, const auto& b) {
    return a.second.due < b.second.due;
  });
  wire_.wake(first->second.due);
}

void Client::woken() {
  const auto now = clock_.now();
  if (state_ == State::pausing) return now >= again_ ? start() : wire_.wake(again_);
  const bool overdue =
      std::any_of(waiting_.begin(), waiting_.end(), [now](const auto& one) { return one.second.due <= now; });
  if (overdue) return down("it didn't answer in time");
  arrange_wake();
}

}  // namespace longwave::station::xmms2
