// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels_app.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace longwave::sim {

/// Those who publish, edit and delete, and what they were answered: compared with what Redis really did.
class ChannelsWriter {
 public:
  ChannelsWriter(World& world, RedisModel& redis, ChannelsSums& sums)
      : world_(world), redis_(redis), sums_(sums) {}

  /// Words on a channel by somebody who is connected to this node; some are tried again when they were
  /// refused, with the same key.
  void say(ChannelsNode& node, const std::string& channel, const ChannelsApp* by, bool with_key) {
    auto attempt = std::make_shared<Attempt>();
    attempt->number = ++attempts_;
    attempt->channel = channel;
    attempt->words.id = fmt::format("m{}", attempt->number);
    attempt->words.data = std::make_shared<const std::string>(fmt::format(R"({{"n":{}}})", attempt->number));
    if (with_key) attempt->words.key = fmt::format("k{}", attempt->number);
    if (by) attempt->words.user = by->person().user, attempt->words.from = by->client();
    if (world_.random.chance(0.2)) attempt->words.except = {"u1"};
    attempt->from = by ? by->client() : 0;
    attempt->lives = redis_.lives;
    said_[channel + '\n' + attempt->words.id] = attempt;
    send(node, attempt);
  }

  void say_to(ChannelsNode& node, const std::string& within) {
    hub::Words words;
    const auto number = ++attempts_;
    words.id = fmt::format("m{}", number);
    words.data = std::make_shared<const std::string>(fmt::format(R"({{"n":{}}})", number));
    std::vector<std::string> users{"u1"};
    if (world_.random.chance(0.5)) users.push_back("u2");
    for (const auto& user : users) {
      auto attempt = std::make_shared<Attempt>();
      attempt->number = number;
      attempt->channel = hub::user_channel(user);
      attempt->words = words;
      attempt->within = within;
      attempt->lives = redis_.lives;
      attempt->calls = 1;
      said_[attempt->channel + '\n' + words.id] = attempt;
    }
    node.on_hub([hub = &node.hub(), users, within, words] { hub->say_to(users, within, words); });
  }

  /// An edit or a removal of something that was said, and confirmed.
  void change(ChannelsNode& node) {
    if (confirmed_.empty()) return;
    const auto& [channel, id] =
        confirmed_[confirmed_.size() - 1 - world_.random.below(std::min<std::size_t>(8, confirmed_.size()))];
    const bool removal = world_.random.chance(0.4);
    ++sums_.edits;
    const auto done = [this, channel = channel, id = id, removal, lives = redis_.lives](
                          const Result<hub::Published>& said) { changed(channel, id, removal, lives, said); };
    node.on_hub([this, hub = &node.hub(), channel = channel, id = id, removal, done] {
      if (removal) return hub->remove(channel, id, {}, done);
      hub->edit(
          channel,
          {.id = id, .data = std::make_shared<const std::string>(fmt::format(R"({{"v":{}}})", ++attempts_))},
          done);
    });
  }

  void history(ChannelsNode& node, const std::string& channel) {
    const auto of = world_.random.chance(0.5) ? hub::HistoryQuery::Of::log : hub::HistoryQuery::Of::history;
    const hub::HistoryQuery query{
        .of = of, .since = {}, .limit = world_.random.below(6), .newest_first = world_.random.chance(0.5)};
    node.on_hub([this, hub = &node.hub(), channel, query] {
      hub->history(channel, query, [this, channel, query](const Result<hub::History>& found) {
        if (found) check_history(channel, query, *found);
      });
    });
  }

  /// No publication twice, none in another order than its node's.
  void check() {
    for (const auto& [place, chronicle] : redis_.chronicles) {
      std::map<std::string, std::uint64_t> ids, last;
      for (const auto& entry : chronicle.entries) {
        const auto& publication = entry.publication;
        if (publication.method != "channel.message") continue;
        if (++ids[publication.id] > 1) return wrong(place.first, publication.id + " was published twice");
        const auto said = said_.find(place.first + '\n' + publication.id);
        if (said == said_.end()) return wrong(place.first, "holds a message that nobody said");
        const Attempt& attempt = *said->second;
        if (publication.data->find(*attempt.words.data) == std::string::npos)
          return wrong(place.first, publication.id + " has other words");
        check_audience(attempt, entry);
        if (attempt.calls == 1 && attempt.within.empty() &&
            attempt.order < std::exchange(last[entry.node], attempt.order))
          return wrong(place.first, publication.id + " overtook what its node published before");
      }
    }
    for (const auto& [at, attempt] : said_)
      if (attempt->waiting) wrong(attempt->channel, attempt->words.id + " was never answered");
  }

 private:
  struct Attempt {
    std::uint64_t number = 0, order = 0;
    std::string channel, within;
    hub::Words words;
    hub::ClientId from = 0;
    std::uint64_t lives = 0;
    int calls = 0;
    bool waiting = false;
  };

  void wrong(const std::string& channel, const std::string& what) {
    world_.wrong(fmt::format("on {}: {}", channel, what));
  }

  void send(ChannelsNode& node, const std::shared_ptr<Attempt>& attempt) {
    ++attempt->calls;
    attempt->waiting = true;
    node.on_hub([this, hub = &node.hub(), attempt] {
      attempt->order = ++orders_;
      hub->say(attempt->channel, attempt->words,
               [this, attempt](const Result<hub::Published>& said) { answered(attempt, said); });
    });
    // A node that dies answers nobody.
    node.on_death([attempt] { attempt->waiting = false; });
  }

  void answered(const std::shared_ptr<Attempt>& attempt, const Result<hub::Published>& said) {
    attempt->waiting = false;
    if (!said) {
      ++sums_.refused;
      if (said.error().code != Errc::unavailable) wrong(attempt->channel, "publish: " + said.error().message);
      if (attempt->words.key.empty() || attempt->calls > 5 || !some_node) return;
      world_.after(500ms + world_.delay(3s), [this, attempt] {
        if (ChannelsNode* node = some_node()) send(*node, attempt);
      });
      return;
    }
    ++sums_.published;
    if (said->repeated) ++sums_.repeated;
    confirmed_.emplace_back(attempt->channel, attempt->words.id);
    const auto* entry = redis_.entry(attempt->channel, said->position.epoch, said->position.offset);
    if (!entry || entry->publication.id != attempt->words.id)
      wrong(attempt->channel, fmt::format("{} is confirmed at {} {} and isn't there", attempt->words.id,
                                          said->position.epoch, said->position.offset));
    if (said->repeated && attempt->calls == 1) wrong(attempt->channel, "a first attempt is called repeated");
  }

  void changed(const std::string& channel, const std::string& id, bool removal, std::uint64_t lives,
               const Result<hub::Published>& said) {
    if (!said) {
      if (said.error().code == Errc::not_found) {
        if (lives == redis_.lives && kept(channel, id)) wrong(channel, id + " isn't found and is there");
      } else if (said.error().code != Errc::unavailable) {
        wrong(channel, "change: " + said.error().message);
      }
      return;
    }
    const auto* event = redis_.entry(channel, said->position.epoch, said->position.offset);
    if (!event || event->publication.method != (removal ? "channel.deleted" : "channel.edited"))
      return wrong(channel, "the event of a change isn't where it was confirmed");
    if (removal && lives == redis_.lives && kept(channel, id))
      wrong(channel, id + " was removed and is there");
  }

  bool kept(const std::string& name, const std::string& id) {
    const auto found = redis_.data.channels.find(name);
    if (found == redis_.data.channels.end()) return false;
    for (const auto* list : {&found->second.log, &found->second.history})
      for (const auto& one : *list)
        if (one.publication.id == id && one.publication.method == "channel.message") return true;
    return false;
  }

  void check_audience(const Attempt& attempt, const Chronicle::Entry& entry) {
    const auto told = entry.publication.audience ? *entry.publication.audience : hub::Audience{};
    if (told.except != attempt.words.except) wrong(attempt.channel, "somebody else is left out");
    if (told.within != attempt.within) wrong(attempt.channel, "a private message has another reach");
    const bool echo = attempt.channel[0] != 'j';
    if (told.from != (echo ? 0 : attempt.from))
      wrong(attempt.channel, "the publisher's echo isn't as configured");
  }

  void check_history(const std::string& channel, const hub::HistoryQuery& query, const hub::History& found) {
    std::uint64_t at = query.newest_first ? ~std::uint64_t{0} : 0;
    if (query.limit != 0 && found.publications.size() > query.limit)
      wrong(channel, "history is longer than its limit");
    for (const auto& publication : found.publications) {
      if (query.newest_first ? publication.offset >= at : publication.offset <= at)
        wrong(channel, "history is out of order");
      at = publication.offset;
      const auto* entry = redis_.entry(channel, publication.epoch, at);
      if (!entry || entry->publication.id != publication.id || at > found.top.offset)
        return wrong(channel, "history has what was never published");
      if (query.of == hub::HistoryQuery::Of::history && publication.method != "channel.message")
        wrong(channel, "history has more than messages");
      if (query.of == hub::HistoryQuery::Of::history && publication.channel[0] == 'c')
        wrong(channel, "has a history that it shouldn't");
    }
  }

 public:
  /// Any node that lives; null if none does.
  std::function<ChannelsNode*()> some_node;

 private:
  World& world_;
  RedisModel& redis_;
  ChannelsSums& sums_;
  std::uint64_t attempts_ = 0, orders_ = 0;
  std::map<std::string, std::shared_ptr<Attempt>> said_;
  std::vector<std::pair<std::string, std::string>> confirmed_;
};

}  // namespace longwave::sim
