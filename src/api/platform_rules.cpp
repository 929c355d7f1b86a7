// SPDX-License-Identifier: Apache-2.0
// Rules of channels that were set at run time: kept in the store, in force again after a start.
#include "api/context.hpp"
#include "api/json.hpp"
#include "api/platform.hpp"
#include "base/log.hpp"
#include "store/store.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;

store::RoomMigrations platform_migrations() {
  return {"platform", {{1, R"(
CREATE TABLE platform_rule(
  pattern TEXT PRIMARY KEY,
  config TEXT NOT NULL
);
)"}}};
}

void Platform::load() {
  if (!context_.store) return;
  std::map<std::string, std::string> kept;
  context_.store->read_now([&](store::Session& session) {
    session.each<std::string, std::string>(
        "SELECT pattern, config FROM platform_rule",
        [&](std::string pattern, std::string config) { kept[std::move(pattern)] = std::move(config); });
  });
  for (const auto& [pattern, text] : kept) {
    const auto config = hub::channel_config(text);
    const auto set = config ? context_.hub->configure(pattern, *config, true) : Result<void>(config.error());
    if (set) {
      own_.insert(pattern);
    } else {
      log::error("the kept rule of the channels '{}' is not used: {}", pattern, set.error().message);
    }
  }
}

void Platform::configured(const std::string& pattern, const hub::ChannelConfig* config) {
  const auto base = base_.find(pattern);
  const bool is_own = config && (base == base_.end() || base->second != *config);
  if (is_own) {
    own_.insert(pattern);
  } else {
    own_.erase(pattern);
  }
  if (!context_.store) {
    if (on_kept_) std::exchange(on_kept_, {})({});
    return;
  }
  context_.store->write(
      [pattern, text = is_own ? hub::to_json(*config) : std::string()](store::Session& session) {
        session.run("DELETE FROM platform_rule WHERE pattern = :pattern", pattern);
        if (!text.empty())
          session.run("INSERT INTO platform_rule(pattern, config) VALUES(:pattern, :config)", pattern, text);
      },
      [post = context_.hub_loop, kept = std::make_shared<UniqueFunction<void(Result<void>)>>(
                                     std::exchange(on_kept_, {}))](const std::exception_ptr& failed) {
        post([kept, failed] {
          if (failed) log::error("a rule of channels could not be kept; it is in force until the next start");
          if (!*kept) return;
          if (failed) return (*kept)(error(Errc::unavailable, "it is in force, but could not be written"));
          (*kept)({});
        });
      });
}

void Platform::configure(const std::string& pattern, const json::object* config, Answer done) {
  auto& hub = *context_.hub;
  const auto base = base_.find(pattern);
  std::optional<hub::ChannelConfig> wanted;
  if (config) {
    const auto read = hub::channel_config(json::serialize(*config), *hub.config(pattern));
    if (!read) return done(read.error());
    wanted = *read;
  } else if (base != base_.end()) {
    wanted = base->second;
  }
  auto shared = std::make_shared<Answer>(std::move(done));
  on_kept_ = [this, shared, pattern](Result<void> kept) {
    if (!kept) return (*shared)(kept.error());
    (*shared)(json::object{{"pattern", clean(pattern)},
                           {"own", own_.contains(pattern)},
                           {"config", json::parse(hub::to_json(*context_.hub->config(pattern)))}});
  };
  if (const auto set = hub.configure(pattern, wanted); !set) {
    on_kept_ = {};
    (*shared)(set.error());
  }
}

json::object Platform::rules() const {
  json::array rules;
  for (const auto& [pattern, config] : context_.hub->rules().all()) {
    rules.push_back(json::object{{"pattern", clean(pattern)},
                                 {"own", own_.contains(pattern)},
                                 {"config", json::parse(hub::to_json(*config))}});
  }
  return {{"rules", std::move(rules)}};
}

}  // namespace longwave::api
