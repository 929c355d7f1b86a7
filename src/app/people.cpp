// SPDX-License-Identifier: Apache-2.0
#include "app/people.hpp"

#include "access/password.hpp"
#include "api/channel.hpp"
#include "api/json.hpp"
#include "api/library_edit.hpp"
#include "api/playlist.hpp"
#include "api/server.hpp"
#include "app/channels.hpp"
#include "app/config.hpp"
#include "app/ground.hpp"
#include "app/process_figures.hpp"
#include "app/stations.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <random>
#include <thread>

namespace longwave::app {
namespace {

constexpr Duration presence_after = std::chrono::milliseconds{250};
constexpr Duration presence_per_client = std::chrono::microseconds{500};
constexpr Duration presence_at_last = std::chrono::seconds{10};
constexpr Duration tick_every = std::chrono::seconds{1};
constexpr Duration beat_every = std::chrono::milliseconds{500};
constexpr Duration beat_late = std::chrono::seconds{2};
constexpr Duration expire_every = std::chrono::seconds{30};
constexpr std::string_view station_prefix = "station:";
constexpr double at_once = 10;  // seconds of a rate that may come together

access::RateRules rate_rules(const Config& config) {
  const auto rate = [](std::int64_t per_second, double unit = 1) {
    const double amount = static_cast<double>(per_second) * unit;
    return access::Rate{.per_second = amount, .burst = amount * at_once};
  };
  return {.connection_calls = rate(config.rate_calls),
          .connection_bytes = rate(config.rate_kb, 1024),
          .address_calls = rate(config.address_calls),
          .address_bytes = rate(config.address_kb, 1024),
          .address_connects = rate(config.address_connects)};
}

hub::Payload text_of(const boost::json::object& value) {
  return std::make_shared<const std::string>(boost::json::serialize(value));
}

}  // namespace

People::People(const Config& config, Ground& ground, Stations& stations, io::LoopGroup& net)
    : ground_(ground),
      stations_(stations),
      net_(net),
      own_loop_(std::thread::hardware_concurrency() > 1 ? std::optional<io::LoopGroup>(std::in_place, 1)
                                                        : std::nullopt),
      hub_loop_(own_loop_ ? (*own_loop_)[0] : net[0]),
      node_(access::random_token(6)),
      messages_(config, ground.clock(), hub_loop_, node_),
      tokens_(tokens_of(config).value()),
      art_(ground.store(), ground.blocking(), ground.data().artwork(), config.art_cache_mb << 20),
      rates_(ground.clock(), rate_rules(config), std::random_device{}()),
      sockets_(
          net, hub_loop_.poster(), [this]() -> hub::Hub& { return hub_; },
          [this](std::size_t group) -> const rpc::Surroundings& { return around_[group]; }, &rates_),
      hub_(messages_.broker(), ground.clock(), {.node = node_, .seed = std::random_device{}()}),
      presence_timer_(hub_loop_),
      tick_timer_(hub_loop_),
      book_(ground.store(), stations.loop().poster()),
      feed_(
          stations.keeper(), book_, ground.clock(),
          [this](const std::string& channel, const std::string& method, hub::Payload data) {
            publish(channel, method, std::move(data));
          },
          [this](std::string_view art) { return art_.accent(art); }),
      announcements_(stations.broadcaster(), sockets_, ground.clock()),
      heartbeat_(stations.loop()),
      expiry_(stations.loop()) {
  context_.clock = &ground.clock();
  context_.started = ground.clock().now();
  context_.store = &ground.store();
  context_.users = &ground.users();
  context_.tokens = &tokens_;
  context_.run = access::random_token(9);
  context_.sockets = &sockets_;
  context_.hub_loop = hub_loop_.poster();
  context_.hub = &hub_;
  context_.station_loop = stations.loop().poster();
  context_.later = [this](Duration delay, Task task) {
    auto timer = std::make_shared<io::Timer>(stations_.loop());
    timer->after(delay, [timer, task = std::move(task)]() mutable { task(); });
  };
  context_.blocking = [this](Task task) {
    ground_.blocking().submit({.work = [task = std::move(task)](std::stop_token) mutable { task(); }});
  };
  context_.library = &stations.library();
  context_.keeper = &stations.keeper();
  context_.feed = &feed_;
  context_.lists = &stations.lists();
  context_.announcements = &announcements_;
  api::add_all_methods(table_, context_);
  surround_loops();
  connect_library();
  connect_hub();
  if (!stations.plays()) follow_air();
  set_rules(config);
  tell_hooks(config);
  connect_platform(config);
  ground.users().on_ended(
      [this](const std::vector<std::string>& sessions) { sockets_.sessions_ended(sessions); });
  beat();  // a socket that waited for us may be asked for our health before the loops have turned once
}

People::~People() = default;

void People::publish(std::string channel, std::string method, hub::Payload data) {
  hub_loop_.post(
      [this, channel = std::move(channel), method = std::move(method), data = std::move(data)]() mutable {
        hub_.publish(channel, std::move(method), std::move(data));
      });
}

void People::connect_library() {
  auto& library = stations_.library();
  on_progress_ = library.scan_progress.connect([this](const library::ScanProgress& p) {
    scan_progress_ = text_of(api::to_json(p));
    publish("library", "library.progress", scan_progress_);
  });
  on_changed_ = library.changed.connect([this](const library::LibraryChanged& event) {
    feed_.library_changed();
    library_totals_ = text_of(api::to_json(event.totals));
    publish("library", "library.changed", library_totals_);
  });
  on_happened_ = library.happened.connect([this](const library::Changed& changed) {
    if (auto told = api::library_event(changed.event))
      publish("library", std::move(told->first), text_of(told->second));
    if (auto [name, data] = api::list_event(changed.event); !name.empty())
      publish("library", std::move(name), text_of(data));
  });
  on_listeners_ =
      stations_.broadcaster().listeners_changed.connect([this](const station::ListenersChanged& event) {
        feed_.set_audience(event.station, {.total = event.total(), .mp3 = event.mp3, .opus = event.opus});
      });
  art_.on_accent([this] { stations_.loop().post([this] { feed_.accents_changed(); }); });
}

void People::follow_air() {
  air_.emplace(FollowedAir::Parts{
      .clock = ground_.clock(),
      .store = ground_.store(),
      .keeper = stations_.keeper(),
      .loop = stations_.loop(),
      .changed = [this](StationId station) { feed_.air_changed(station); },
      .heard_by = [this](StationId station,
                         int listeners) { feed_.set_audience(station, {.total = listeners}); },
      .subscribed =
          [this](UniqueFunction<void(std::vector<std::string>)> done) {
            hub_loop_.post([this, done = std::move(done)]() mutable {
              std::vector<std::string> slugs;
              for (const auto& channel : hub_.all_channels())
                if (channel.subscribers > 0 && channel.name.starts_with(station_prefix))
                  slugs.push_back(channel.name.substr(station_prefix.size()));
              stations_.loop().post(
                  [slugs = std::move(slugs), done = std::move(done)]() mutable { done(std::move(slugs)); });
            });
          }});
  feed_.set_air(*air_);
}

void People::connect_hub() {
  sockets_.attach(hub_);
  using Answer = UniqueFunction<void(std::vector<std::pair<std::string, hub::Payload>>)>;
  // Present values take the way that publications take: the station loop, then the hub's.
  const auto back = [this](Answer answer) {
    return
        [this, answer = std::move(answer)](std::vector<std::pair<std::string, hub::Payload>> values) mutable {
          hub_loop_.post([answer = std::move(answer), values = std::move(values)]() mutable {
            answer(std::move(values));
          });
        };
  };
  hub_.provide(std::string(station_prefix), [this, back](const std::string& channel, Answer answer) {
    stations_.loop().post([this, channel, answer = back(std::move(answer))]() mutable {
      feed_.present_values(channel, std::move(answer));
    });
  });
  hub_.provide("library", [this, back](const std::string&, Answer answer) {
    stations_.loop().post([this, answer = back(std::move(answer))]() mutable {
      std::vector<std::pair<std::string, hub::Payload>> values;
      if (library_totals_) values.emplace_back("library.changed", library_totals_);
      if (scan_progress_ && stations_.library().scanning())
        values.emplace_back("library.progress", scan_progress_);
      answer(std::move(values));
    });
  });
  // The more there are to tell, the less often: what presence costs doesn't grow with a storm of reconnects.
  hub_.on_presence_dirty([this] {
    const auto pause = std::max<Duration>(presence_after, hub_.clients() * presence_per_client);
    presence_timer_.after(std::min<Duration>(pause, presence_at_last), [this] { hub_.flush_presence(); });
  });
}

void People::set_rules(const Config& config) {
  for (auto& [pattern, rule] : channel_rules(config).value())
    (void)hub_.configure(pattern, rule, true);  // checked when the configuration was read
  api::connect_channels(context_);
}

void People::tell_hooks(const Config& config) {
  auto options = hook_options(config).value();
  if (!options) return;
  options->node = access::random_token(6);
  options->seed = std::random_device{}();
  hooks_ = std::make_unique<api::Hooks>(std::move(*options), ground_.clock());
  hub_.on_event([this, wanted = config.hook_events](const hub::HubEvent& event) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), api::hook_name(event)) == wanted.end())
      return;
    auto text = api::hook_event(event, hook_number_ + 1, ground_.clock().wall());
    if (text.empty()) return;
    ++hook_number_;
    hooks_->push(std::move(text));
  });
}

void People::connect_platform(const Config& config) {
  api::PlatformOptions options;
  options.node = node_;
  options.address = fmt::format("{}", fmt::join(config.listen, " "));
  options.broker = Messages::are_shared(config) ? "redis" : "memory";
  options.process = process_figures;
  platform_.emplace(context_, std::move(options));
  context_.platform = &*platform_;
}

void People::surround_loops() {
  around_.reserve(net_.size());  // peers hold references
  for (std::size_t i = 0; i < net_.size(); ++i)
    around_.push_back({.table = table_,
                       .post = net_[i].poster(),
                       .run =
                           [this](rpc::Run where, Task task) {
                             if (where == rpc::Run::pool) {
                               ground_.blocking().submit(
                                   {.work = [task = std::move(task)](std::stop_token) mutable { task(); }});
                             } else {
                               task();  // handlers of the store go there themselves (api/context.hpp)
                             }
                           },
                       .clock = &ground_.clock()});
}

const rpc::Surroundings& People::surroundings(io::Loop& loop) const {
  std::size_t i = 0;
  while (&net_[i] != &loop) ++i;
  return around_[i];
}

void People::beat() {
  last_beat_ = ground_.clock().now().time_since_epoch().count();
}

void People::start() {
  if (own_loop_) own_loop_->start();
  messages_.start();
  hub_loop_.post([this] {
    tick_timer_.every(tick_every, [this] {
      hub_.tick();
      platform_->tick();
    });
  });
  if (air_) air_->start();
  heartbeat_.every(beat_every, [this] { beat(); });
  expiry_.every(expire_every, [this] { ground_.users().end_expired(); });
}

void People::stop() {
  messages_.stop();
  if (own_loop_) own_loop_->stop();
  if (hooks_) hooks_->stop();
}

std::vector<api::Check> People::checks() {
  auto checks = messages_.checks();
  checks.push_back({"stations", [this]() -> std::string {
                      const auto late = ground_.clock().now().time_since_epoch().count() - last_beat_;
                      return late > beat_late.count() ? "the station loop doesn't answer" : "";
                    }});
  checks.push_back({"database", [this]() -> std::string {
                      const auto counts = ground_.store().counts();
                      return counts.queued > 10'000
                                 ? fmt::format("{} changes wait to be written", counts.queued)
                                 : "";
                    }});
  return checks;
}

}  // namespace longwave::app
