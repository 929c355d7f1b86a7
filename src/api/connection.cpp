// SPDX-License-Identifier: Apache-2.0
#include "api/connection.hpp"

#include "api/subscribing.hpp"
#include "base/text.hpp"
#include "io/loop.hpp"
#include "web/websocket.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace longwave::api {
namespace {

constexpr Duration look_after = std::chrono::milliseconds{20};
constexpr std::uint8_t most_garbage = 10;  // messages in a row that are no JSON-RPC

}  // namespace

Connection::Connection(hub::ClientId id, const rpc::Surroundings& surroundings,
                       std::shared_ptr<const rpc::Caller> caller, access::Rates* rates)
    : id_(id),
      began_(surroundings.clock ? surroundings.clock->now() : Instant{}),
      peer_(surroundings, *this, std::move(caller), {.connection = id}),
      rates_(rates) {}

Connection::~Connection() = default;

ConnectionDetail Connection::detail() const {
  return {.client = id_,
          .address = caller().address,
          .transport = transport(),
          .role = caller().role,
          .since = began_,
          .queued_bytes = queued_bytes()};
}

void Connection::receive(std::string_view message) {
  const auto wait = rates_ ? rates_->message(&buckets_, caller().address, message.size()) : std::nullopt;
  if (wait) bear();
  refuse_ms_ = wait ? static_cast<std::uint32_t>(to_ms(*wait)) : 0;
  peer_.receive(message);
  refuse_ms_ = 0;
}

std::optional<Duration> Connection::receive_posted(std::string_view message) {
  auto wait = rates_ ? rates_->message(&buckets_, caller().address, message.size()) : std::nullopt;
  if (!wait && rates_) wait = rates_->call(&buckets_, caller().address);
  if (wait) {
    bear();
    return wait;
  }
  prepaid_ = true;
  peer_.receive(message);
  prepaid_ = false;
  return std::nullopt;
}

std::optional<rpc::Fault> Connection::admit() {
  garbage_ = 0;
  if (!rates_ || std::exchange(prepaid_, false)) return std::nullopt;
  if (refuse_ms_ > 0) return too_many_calls(std::chrono::milliseconds{refuse_ms_});
  const auto wait = rates_->call(&buckets_, caller().address);
  if (!wait) return std::nullopt;
  bear();
  return too_many_calls(*wait);
}

void Connection::bear() {
  if (!rates_->bear(buckets_)) close(web::close_code::too_many_requests, "too many requests");
}

void Connection::on_garbage() {
  if (++garbage_ >= most_garbage) close(web::close_code::bad_request, "this is no JSON-RPC");
}

rpc::Fault too_many_calls(Duration wait) {
  const auto ms = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(wait).count());
  return {rpc::too_many_calls, fmt::format("too many calls: come back in {} ms", ms),
          fmt::format(R"({{"kind":"too_many_calls","retry_after_ms":{}}})", ms)};
}

web::Response too_many_requests(Duration wait) {
  const auto seconds = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  auto response = web::Response::text(429, fmt::format("too many requests: come back in {} s\n", seconds));
  response.headers.set("Retry-After", std::to_string(seconds));
  return response;
}

Connection::Timers& Connection::timers() {
  if (!timers_) timers_ = std::make_unique<Timers>(Timers{io::Timer(loop()), io::Timer(loop())});
  return *timers_;
}

void Connection::tell_when_drained() {
  auto& timer = timers().look_again;
  if (!timer.armed()) timer.after(look_after, [this] { peer_.drained(); });
}

void Connection::tell_when_due() {
  const auto due = peer_.due();
  if (!due) return;
  timers().due.at(*due, [this, due = *due] {
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

Connection::Joining* Connection::joining(std::string_view channel) {
  if (!joining_) return nullptr;
  const auto found = std::find_if(joining_->begin(), joining_->end(),
                                  [&](const Joining& joining) { return joining.channel == channel; });
  return found == joining_->end() ? nullptr : &*found;
}

void Connection::answered(std::string_view channel, boost::json::object said) {
  auto* waiting = joining(channel);
  if (!waiting) return;
  const auto call = std::move(waiting->call);
  joining_->erase(joining_->begin() + (waiting - joining_->data()));
  if (joining_->empty()) joining_.reset();
  call->result[channel] = std::move(said);
  if (--call->open > 0) return;
  const boost::json::object all{{"channels", std::move(call->result)}};
  call->answer ? call->answer->finish(all) : notify("channel.subscribed", boost::json::serialize(all));
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
