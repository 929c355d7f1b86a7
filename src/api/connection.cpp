// SPDX-License-Identifier: Apache-2.0
#include "api/connection.hpp"

#include "api/subscribing.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace longwave::api {
namespace {

constexpr Duration look_after = std::chrono::milliseconds{20};

}  // namespace

Connection::Connection(hub::ClientId id, const rpc::Surroundings& surroundings, rpc::Caller caller)
    : id_(id),
      peer_(surroundings, *this, std::make_shared<const rpc::Caller>(std::move(caller)), {.connection = id}) {
}

Connection::~Connection() = default;

void Connection::tell_when_drained() {
  if (!look_again_) look_again_ = std::make_unique<io::Timer>(loop());
  if (!look_again_->armed()) look_again_->after(look_after, [this] { peer_.drained(); });
}

void Connection::tell_when_due() {
  if (!due_) due_ = std::make_unique<io::Timer>(loop());
  if (const auto due = peer_.due())
    due_->at(*due, [this, due = *due] {
      peer_.on_time(due);
      tell_when_due();
    });
}

void Connection::notify(std::string_view method, std::string_view params) {
  transmit(rpc::notification(method, params));
}

std::string Connection::positions() const {
  std::string text;
  for (const Joined& joined : joined_) {
    fmt::format_to(std::back_inserter(text), "{}{}={}.{}", text.empty() ? "" : ";", joined.channel->name,
                   joined.offset, joined.channel->epoch);
  }
  return text;
}

Connection::Joined* Connection::joined(const LoopChannel& channel) {
  const auto found = std::find_if(joined_.begin(), joined_.end(),
                                  [&](const Joined& joined) { return joined.channel == &channel; });
  return found == joined_.end() ? nullptr : &*found;
}

void Connection::answered(std::string_view channel, boost::json::object said) {
  const auto waiting = std::find_if(joining_.begin(), joining_.end(),
                                    [&](const Joining& joining) { return joining.channel == channel; });
  if (waiting == joining_.end()) return;
  const auto call = std::move(waiting->call);
  joining_.erase(waiting);
  if (joining_.empty()) joining_.shrink_to_fit();
  call->result[channel] = std::move(said);
  if (--call->open == 0) call->answer.finish(boost::json::object{{"channels", std::move(call->result)}});
}

std::vector<std::pair<std::string, hub::Position>> parse_positions(std::string_view text) {
  std::vector<std::pair<std::string, hub::Position>> found;
  for (const auto part : text::split(text, ';')) {
    const auto equals = part.find('=');
    const auto dot = part.find('.', equals == part.npos ? part.size() : equals);
    if (dot == part.npos) continue;
    hub::Position position{0, std::string(part.substr(dot + 1))};
    const char* end = part.data() + dot;
    const auto read = std::from_chars(part.data() + equals + 1, end, position.offset);
    if (read.ec != std::errc{} || read.ptr != end) continue;
    found.emplace_back(part.substr(0, equals), std::move(position));
  }
  return found;
}

hub::Person person_of(const rpc::Caller& caller) {
  return {.key = caller.user.empty() ? std::string{} : "user:" + caller.user,
          .user = caller.user,
          .name = caller.name.empty() ? caller.user : caller.name};
}

}  // namespace longwave::api
