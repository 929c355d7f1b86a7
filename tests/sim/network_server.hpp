// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/hub.hpp"
#include "hub/memory_broker.hpp"
#include "rpc/table.hpp"
#include "talker.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::sim {

inline constexpr int channels = 2;
inline std::string channel_name(int i) {
  return i == 0 ? "station:main" : "library";
}

/// What the channels are about: a number each, that only grows. It survives the server. `station:main` has a
/// present value for who subscribes, `library` has not.
struct Facts {
  std::uint64_t numbers[channels] = {};
};

/// A server: hub with history, WebSockets, JSON-RPC peers. Put together as api/ does, on simulated threads. A
/// new object is a server that was started anew.
class Server final : public hub::Delivery {
 public:
  Server(World& world, Facts& facts, std::string epoch, Ledger& ledger, web::Deflater& deflater)
      : world_(world),
        facts_(facts),
        ledger_(ledger),
        deflater_(deflater),
        broker_(std::move(epoch), world.clock),
        station_(world, 20ms),
        hub_thread_(world, 20ms),
        loop_(world, 20ms),
        pool_(world, 400ms) {
    add_methods();
    hub_.add_groups(*this, 1);
    for (int i = 0; i < channels; ++i)
      (void)hub_.configure(channel_name(i), hub::ChannelConfig{.recovery_size = 24});
    hub_.provide("station:", [this](const std::string&, auto answer) {
      station_.post([this, answer = std::move(answer)]() mutable {
        auto value = std::make_shared<const std::string>(std::to_string(facts_.numbers[0]));
        hub_thread_.post([answer = std::move(answer), value]() mutable {
          std::vector<std::pair<std::string, hub::Payload>> values;
          values.emplace_back("state", value);
          answer(std::move(values));
        });
      });
    });
    hub_.on_presence_dirty([this] { hub_thread_.post([this] { hub_.flush_presence(); }); });
  }

  /// Connections go before the threads to which what they give up is posted.
  ~Server() {
    lines_.clear();
    kept_.clear();
  }

  void accept(std::shared_ptr<Wire> wire, const std::shared_ptr<const web::WebSocketOptions>& options,
              web::DeflateTerms terms) {
    const auto id = hub_.next_client(0);
    auto& line = lines_[id];
    line.talker = std::make_unique<Talker>(world_, std::move(wire), 1,
                                           Talker::Setup{.options = options,
                                                         .side = {.deflate = terms, .masks = nullptr},
                                                         .deflater = deflater_,
                                                         .around = around_,
                                                         .terms = {.connection = id},
                                                         .over = [this, id](Talker&) { leave(id); }});
    hub_thread_.post([this, id] { hub_.connect(id, {.key = std::to_string(id), .user = {}, .name = {}}); });
  }

  /// The room whose number it is changes it, then says so.
  void change(int channel) {
    station_.post([this, channel] {
      auto data = std::make_shared<const std::string>(std::to_string(++facts_.numbers[channel]));
      hub_thread_.post([this, channel, data] { hub_.publish(channel_name(channel), "changed", data); });
    });
  }

  /// The server calls one of its clients.
  void ask() {
    if (lines_.empty()) return;
    auto at = lines_.begin();
    std::advance(at, static_cast<long>(world_.random.below(lines_.size())));
    const auto number = static_cast<std::int64_t>(world_.random.below(1000));
    const auto call = ledger_.open("a call of the server's", world_.now() + 4s);
    const auto id =
        at->second.talker->peer().call("ask", boost::json::object{{"number", number}}, {.timeout = 4s},
                                       [this, call, number](rpc::Reply reply) {
                                         ledger_.close(call);
                                         if (reply && *reply != boost::json::value(number * 2))
                                           world_.wrong("a client's answer is not to what was asked");
                                       });
    if (!id) ledger_.close(call);
  }

  void close_one(std::uint16_t code) {
    if (!lines_.empty()) lines_.begin()->second.talker->close(code);
  }

  /// Where a channel is by now.
  hub::Position top(int channel) {
    hub::Position top;
    broker_.top(channel_name(channel), [&](Result<hub::Position> known) { top = *known; });
    return top;
  }

  std::size_t lines() const { return lines_.size(); }
  hub::Hub& hub() { return hub_; }
  std::size_t busy() const {
    std::size_t all = kept_.size();
    for (const auto& [id, line] : lines_)
      all += line.talker->peer().in_flight() + line.talker->peer().outstanding();
    return all;
  }

  // hub::Delivery, on the hub's thread

  void joined(std::size_t, hub::ClientId client, const std::string& channel, hub::Ticket ticket,
              Result<hub::Joined> joined) override {
    loop_.post([this, client, channel, ticket, joined = std::move(joined)]() mutable {
      arrived(client, channel, ticket, std::move(joined));
    });
  }
  void reset(std::size_t, const std::string&, const hub::Position&, const std::string&) override {
    world_.wrong("a broker in memory loses nothing");
  }
  void close(std::size_t, hub::ClientId, std::uint16_t, const std::string&) override {}
  void publish(std::size_t, const std::shared_ptr<const hub::Publication>& publication) override {
    if (publication->offset == 0) return;  // a present value has no place of its own
    loop_.post([this, publication] {
      web::SharedFrame frame;
      for (auto& [id, line] : lines_) {
        const auto known = line.positions.find(publication->channel);
        if (known == line.positions.end() || publication->offset <= known->second.offset) continue;
        known->second = {publication->offset, publication->epoch};
        if (!frame) frame = web::Frame::text(text_of(*publication));
        line.talker->send_text(frame);
      }
    });
  }

 private:
  struct Line {
    std::unique_ptr<Talker> talker;
    std::unordered_map<std::string, hub::Position> positions;
    std::unordered_map<std::string, std::pair<hub::Ticket, rpc::Responder>> joining;
    hub::Ticket last_ticket = 0;
  };

  static std::string text_of(const hub::Publication& p) {
    return rpc::notification(p.method, fmt::format(R"({{"channel":"{}","offset":{},"epoch":"{}","data":{}}})",
                                                   p.channel, p.offset, p.epoch, *p.data));
  }

  void arrived(hub::ClientId client, const std::string& channel, hub::Ticket ticket,
               Result<hub::Joined> joined) {
    const auto at = lines_.find(client);
    if (at == lines_.end()) return;
    Line& line = at->second;
    const auto waiting = line.joining.find(channel);
    if (waiting == line.joining.end() || waiting->second.first != ticket) return;
    const auto answer = line.joining.extract(waiting).mapped().second;
    if (!joined) return answer.fail(joined.error());
    line.positions[channel] = joined->position;
    for (auto publication : joined->first) {
      if (publication.offset == 0) {
        publication.offset = joined->position.offset;
        publication.epoch = joined->position.epoch;
      }
      line.talker->send_text(web::Frame::text(text_of(publication)));
    }
    answer.finish(boost::json::object{{"offset", joined->position.offset},
                                      {"epoch", joined->position.epoch},
                                      {"recovered", joined->recovered}});
  }

  void leave(hub::ClientId id) {
    lines_.erase(id);
    hub_thread_.post([this, id] { hub_.disconnect(id); });
  }

  void add_methods();
  void subscribe(const rpc::Call& call, const rpc::Responder& answer);
  /// Items, as fast as the caller takes them.
  void count(const rpc::Responder& answer, std::int64_t from, std::int64_t to);

  World& world_;
  Facts& facts_;
  Ledger& ledger_;
  web::Deflater& deflater_;
  rpc::Table table_;
  hub::MemoryBroker broker_;
  hub::Hub hub_{broker_, world_.clock};
  std::unordered_map<hub::ClientId, Line> lines_;
  std::deque<rpc::Responder> kept_;
  // Last: what was posted to them is dropped first.
  Thread station_, hub_thread_, loop_, pool_;
  rpc::Surroundings around_{.table = table_,
                            .post = loop_.poster(),
                            .run = [this](rpc::Run, Task task) { pool_.post(std::move(task)); },
                            .limits = {.soft_bytes = 1000},
                            .clock = &world_.clock};
};

inline void Server::add_methods() {
  using namespace rpc;
  table_.add({.name = "echo", .params = {any("value")}, .handler = [](Call call, Responder answer) {
                answer.finish(call.params().at("value"));
              }});
  table_.add({.name = "slow",
              .params = {any("value")},
              .run = Run::pool,
              .handler = [](Call call, Responder answer) { answer.finish(call.params().at("value")); }});
  table_.add({.name = "forget", .handler = [this](Call, Responder answer) {
                kept_.push_back(answer);
                loop_.post([this] { kept_.pop_front(); });
              }});
  table_.add({.name = "count",
              .params = {integer("to")},
              .many = true,
              .handler = [this](Call call, Responder answer) { count(answer, 0, call.integer("to")); }});
  table_.add({.name = "channel.subscribe",
              .params = {string("channel"), integer("offset").optional(), string("epoch").optional()},
              .handler = [this](Call call, Responder answer) { subscribe(call, answer); }});
}

inline void Server::subscribe(const rpc::Call& call, const rpc::Responder& answer) {
  const auto at = lines_.find(call.connection());
  if (at == lines_.end()) return;
  const auto channel = call.string("channel");
  std::optional<hub::Position> since;
  if (call.has("epoch"))
    since = hub::Position{static_cast<std::uint64_t>(call.integer("offset")), call.string("epoch")};
  const auto ticket = ++at->second.last_ticket;
  at->second.joining.insert_or_assign(channel, std::pair{ticket, answer});
  hub_thread_.post(
      [this, id = call.connection(), channel, since, ticket] { hub_.subscribe(id, channel, since, ticket); });
}

inline void Server::count(const rpc::Responder& answer, std::int64_t from, std::int64_t to) {
  while (from < to && !answer.cancelled() && !answer.paused()) answer.item(from++);
  if (answer.cancelled()) return;
  if (from == to) return answer.finish(to);
  answer.when_ready(
      [this, answer, from, to] { loop_.post([this, answer, from, to] { count(answer, from, to); }); });
}

}  // namespace longwave::sim
