// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network_server.hpp"

#include <array>
#include <functional>
#include <optional>

namespace longwave::sim {

/// Masks that come again with the seed.
struct DrawnMasks final : web::Masks {
  explicit DrawnMasks(World& of) : world(of) {}
  std::uint32_t next() override { return static_cast<std::uint32_t>(world.random.below(1ull << 32)); }
  World& world;
};

/// What one client knows of one channel, checked with everything that comes: without a gap, without a
/// repetition, or plainly begun anew.
class Follower {
 public:
  explicit Follower(World& world, bool has_value) : world_(world), has_value_(has_value) {}

  struct Note {
    std::string method;
    std::uint64_t offset;
    std::string epoch;
    std::uint64_t value;
  };

  /// `live`: the connection is subscribed already; what the old subscription still brings comes with the new
  /// one's too, and is passed over by its offset.
  void asks(bool live) {
    joining_ = true;
    live_ = live;
    early_.clear();
  }
  bool subscribed() const { return subscribed_; }
  bool joining() const { return joining_; }
  void lost() { joining_ = subscribed_ = false; }

  void hear(Note note) {
    if (joining_) return early_.push_back(std::move(note));
    take(note);
  }

  void joined(std::uint64_t offset, const std::string& epoch, bool recovered) {
    joining_ = false;
    subscribed_ = true;
    if (recovered) {
      if (!known_) return world_.wrong("recovered what was never known");
      ++recoveries;
    } else {
      begin_anew(offset, epoch);
    }
    const auto early = std::exchange(early_, {});
    for (const Note& note : early)
      if (recovered && !(live_ && note.offset <= offset_)) take(note);
    if (recovered && offset != offset_)
      world_.wrong(fmt::format("recovery ends at {} and not at {}", offset_, offset));
  }

  bool known() const { return known_; }
  std::uint64_t offset() const { return offset_; }
  const std::string& epoch() const { return epoch_; }
  std::uint64_t value() const { return value_; }
  bool sure() const { return sure_; }  ///< value() is the present one
  std::size_t recoveries = 0, starts = 0, heard = 0;

 private:
  void begin_anew(std::uint64_t offset, const std::string& epoch) {
    ++starts;
    known_ = true;
    offset_ = offset;
    epoch_ = epoch;
    bool present = false, sure = false;
    for (const Note& note : early_) {
      if (note.method == "state") {
        if (present) world_.wrong("two present values");
        if (note.value < value_) world_.wrong("a present value older than what was known");
        present = true;
      } else if (note.method != "changed") {
        continue;
      } else if (sure && note.value != value_ + 1) {
        world_.wrong(fmt::format("{} follows {}", note.value, value_));
      }
      value_ = note.value;
      sure = true;
    }
    if (has_value_ && !present) world_.wrong("no present value");
    sure_ = sure;
  }

  void take(const Note& note) {
    ++heard;
    if (!known_) return world_.wrong("a publication before the subscription");
    if (note.epoch != epoch_) return world_.wrong("the epoch changed without a word");
    if (note.offset != offset_ + 1)
      return world_.wrong(fmt::format("publication {} came after {}", note.offset, offset_));
    offset_ = note.offset;
    if (note.method != "changed") return;
    if (sure_ && note.value != value_ + 1)
      return world_.wrong(fmt::format("value {} came after {}", note.value, value_));
    value_ = note.value;
    sure_ = true;
  }

  World& world_;
  bool has_value_;
  bool joining_ = false, live_ = false, subscribed_ = false, known_ = false;
  bool sure_ = false;  // value_ is the present one
  std::uint64_t offset_ = 0, value_ = 0;
  std::string epoch_;
  std::vector<Note> early_;
};

/// A client: connects, subscribes, calls, answers calls, and comes back when it was cut off.
class Client {
 public:
  /// Makes a wire to the server there is; null: nobody listens.
  using Dial = std::function<std::shared_ptr<Wire>(web::DeflateTerms)>;

  Client(World& world, Ledger& ledger, web::Deflater& deflater, Dial dial)
      : world_(world),
        ledger_(ledger),
        deflater_(deflater),
        dial_(std::move(dial)),
        loop_(world, 10ms),
        work_(world, 5s) {
    using namespace rpc;
    table_.add({.name = "ask", .params = {integer("number")}, .handler = [this](Call call, Responder answer) {
                  const auto reply = [answer, twice = call.integer("number") * 2] { answer.finish(twice); };
                  if (world_.random.chance(0.5)) return reply();
                  work_.post(reply);
                }});
    for (const char* name : {"state", "changed", "presence.changed"})
      table_.add({.name = name,
                  .params = {string("channel"), integer("offset"), string("epoch"), any("data")},
                  .handler = [this](Call call, Responder) { heard(call); }});
    options_ = std::make_shared<web::WebSocketOptions>(web::WebSocketOptions{
        .queue_limit = 65536, .ping_every = 5s, .pong_within = 2s, .closing_timeout = 2s});
  }

  void connect() {
    const web::DeflateTerms terms{.on = world_.random.chance(0.5),
                                  .send_bits = static_cast<std::uint8_t>(9 + world_.random.below(7))};
    auto wire = dial_(terms);
    if (!wire) return come_back();
    wire_ = wire;
    talker_ = std::make_unique<Talker>(world_, std::move(wire), 0,
                                       Talker::Setup{.options = options_,
                                                     .side = {.deflate = terms, .masks = &masks_},
                                                     .deflater = deflater_,
                                                     .around = around_,
                                                     .terms = {},
                                                     .over = [this](Talker&) { gone(); }});
    ++connections;
    for (int i = 0; i < channels; ++i) subscribe(i);
  }

  /// One of the things that clients do.
  void act() {
    if (!talker_) return;
    switch (world_.random.below(8)) {
      case 0:
        return count(static_cast<std::int64_t>(world_.random.below(60)));
      case 1:
        return forget();
      case 2:
        return subscribe(static_cast<int>(world_.random.below(channels)));
      case 3:
        return say("slow");
      default:
        return say("echo");
    }
  }

  Wire* wire() { return talker_ ? wire_.get() : nullptr; }
  const Follower& follower(int channel) const { return followers_[static_cast<std::size_t>(channel)]; }
  std::size_t busy() const {
    return talker_ ? talker_->peer().in_flight() + talker_->peer().outstanding() : 0;
  }
  bool connected() const { return talker_ && talker_->open(); }
  void close() {
    if (talker_) talker_->close(1000);
  }
  std::size_t connections = 0, items = 0, answers = 0;

 private:
  void gone() {
    talker_.reset();
    wire_.reset();
    for (auto& follower : followers_) follower.lost();
    come_back();
  }
  void come_back() {
    loop_.post([this] { world_.after(world_.delay(3s), [this] { connect(); }); });
  }

  void subscribe(int channel) {
    Follower& follower = followers_[static_cast<std::size_t>(channel)];
    if (follower.joining()) return;
    boost::json::object params{{"channel", channel_name(channel)}};
    if (follower.known()) {
      params["offset"] = follower.offset();
      params["epoch"] = follower.epoch();
    }
    follower.asks(follower.subscribed());
    call("channel.subscribe", params, [this, &follower](const rpc::Reply& reply) {
      if (reply) {
        const auto& said = reply->as_object();
        follower.joined(said.at("offset").to_number<std::uint64_t>(),
                        std::string(said.at("epoch").as_string()), said.at("recovered").as_bool());
      } else if (talker_ && talker_->open()) {
        talker_->close(3010);  // too late to tell what is known: come back, and ask anew
      }
    });
  }

  void say(const char* method) {
    std::string text(world_.random.below(8) == 0 ? world_.random.below(3000) : world_.random.below(40), 'a');
    for (char& letter : text) letter = static_cast<char>(letter + world_.random.below(4));
    call(method, {{"value", text}}, [this, text](const rpc::Reply& reply) {
      if (reply && *reply != boost::json::value(text)) world_.wrong("an answer to something else");
      if (!reply && reply.error().code == rpc::internal_error)
        world_.wrong("a handler that answered was forgotten");
    });
  }

  void forget() {
    call("forget", {}, [this](const rpc::Reply& reply) {
      if (reply) world_.wrong("an answer that nobody gave");
    });
  }

  void count(std::int64_t to) {
    auto next = std::make_shared<std::int64_t>(0);
    const bool gives_up = world_.random.chance(0.2);
    rpc::CallOptions options{.timeout = 8s};
    options.on_more = [this, next](const boost::json::value& value, bool) {
      ++items;
      if (value != boost::json::value((*next)++)) world_.wrong("items out of order");
    };
    const auto id = call(
        "count", {{"to", to}},
        [this, next, to](const rpc::Reply& reply) {
          if (reply && *next != to) world_.wrong(fmt::format("{} of {} items", *next, to));
          if (!reply && reply.error().code == rpc::internal_error) world_.wrong("a producer was forgotten");
        },
        std::move(options));
    if (gives_up && !id.empty())
      world_.after(world_.delay(1s), [this, id, one = connections] {
        if (talker_ && one == connections) talker_->peer().cancel(id);
      });
  }

  std::string call(const char* method, const boost::json::object& params,
                   std::function<void(const rpc::Reply&)> done, rpc::CallOptions options = {}) {
    const bool many = static_cast<bool>(options.on_more);  // each of their answers begins the time anew
    if (!many) options.timeout = 6s;
    const auto number = ledger_.open(std::string("a call of ") + method,
                                     many ? Instant::max() : world_.now() + options.timeout);
    const auto id = talker_->peer().call(method, params, std::move(options),
                                         [this, number, done](const rpc::Reply& reply) {
                                           ledger_.close(number);
                                           answers += reply.has_value();
                                           done(reply);
                                         });
    if (!id) {
      ledger_.close(number);
      if (std::string_view(method) == "channel.subscribe")
        for (auto& follower : followers_) follower.lost();
    }
    return id ? *id : std::string{};
  }

  void heard(const rpc::Call& call) {
    const auto& data = call.params().at("data");
    for (int i = 0; i < channels; ++i)
      if (call.string("channel") == channel_name(i))
        followers_[static_cast<std::size_t>(i)].hear(
            {std::string(call.method()), static_cast<std::uint64_t>(call.integer("offset")),
             call.string("epoch"), data.is_number() ? data.to_number<std::uint64_t>() : 0});
  }

  World& world_;
  DrawnMasks masks_{world_};
  Ledger& ledger_;
  web::Deflater& deflater_;
  Dial dial_;
  rpc::Table table_;
  std::shared_ptr<const web::WebSocketOptions> options_;
  std::array<Follower, channels> followers_{Follower{world_, true}, Follower{world_, false}};
  std::shared_ptr<Wire> wire_;
  Thread loop_, work_;
  rpc::Surroundings around_{.table = table_,
                            .post = loop_.poster(),
                            .run = [](rpc::Run, Task task) { task(); },
                            .clock = &world_.clock};
  std::unique_ptr<Talker> talker_;
};

}  // namespace longwave::sim
