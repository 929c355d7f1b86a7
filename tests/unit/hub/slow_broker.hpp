// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/memory_broker.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>

namespace longwave::hub {

/// A broker behind two lines, as Redis is: what is asked goes into one queue, and is carried out in order;
/// answers come in that order through another; publications through a third, beside the answers. Nothing
/// moves by itself: who holds `later` takes the first of any queue.
class SlowBroker final : public Broker, private BrokerEvents {
 public:
  using Queues = std::map<std::string, std::deque<Task>>;
  SlowBroker(MemoryBroker& inner, Queues& later) : inner_(&inner), later_(later) { inner.listen(this); }

  void listen(BrokerEvents* events) override { events_ = events; }
  void interest(const std::string& channel, bool wanted, Done<void> done) override {
    // A connection of its own, as publications come by.
    later_["interest"].push_back([this, channel, wanted, done = std::move(done)]() mutable {
      wanted ? void(wanted_.insert(channel)) : void(wanted_.erase(channel));
      if (!down_) inner_->interest(channel, wanted, {});
      auto result = down_ ? Result<void>(error(Errc::unavailable, "the broker is away")) : Result<void>();
      later_["delivered"].push_back([done = std::move(done), result = std::move(result)]() mutable {
        if (done) done(std::move(result));
      });
    });
  }
  void publish(const std::string& channel, Message message, const Keep& keep, Done<Published> done) override {
    ask<Published>(std::move(done), [this, channel, message, keep](Done<Published> d) {
      inner_->publish(channel, message, keep, std::move(d));
    });
  }
  void history(const std::string& channel, const HistoryQuery& query, Done<History> done) override {
    ask<History>(std::move(done),
                 [this, channel, query](Done<History> d) { inner_->history(channel, query, std::move(d)); });
  }
  void top(const std::string& channel, Done<Position> done) override {
    ask<Position>(std::move(done), [this, channel](Done<Position> d) { inner_->top(channel, std::move(d)); });
  }
  void find(const std::string& channel, const std::string& id, Done<Publication> done) override {
    ask<Publication>(std::move(done),
                     [this, channel, id](Done<Publication> d) { inner_->find(channel, id, std::move(d)); });
  }
  void change(const std::string& channel, Change change, const Keep& keep, Done<Published> done) override {
    ask<Published>(std::move(done), [this, channel, change, keep](Done<Published> d) {
      inner_->change(channel, change, keep, std::move(d));
    });
  }
  void present(const std::string& channel, std::vector<PresenceRow> rows, std::size_t strangers,
               Done<PresenceMoves> done) override {
    ask<PresenceMoves>(std::move(done), [this, channel, rows, strangers](Done<PresenceMoves> d) {
      inner_->present(channel, rows, strangers, std::move(d));
    });
  }
  void presence(const std::string& channel, std::size_t most_rows, Done<Presence> done) override {
    ask<Presence>(std::move(done), [this, channel, most_rows](Done<Presence> d) {
      inner_->presence(channel, most_rows, std::move(d));
    });
  }
  void state(const std::string& user, Done<UserState> done) override {
    ask<UserState>(std::move(done), [this, user](Done<UserState> d) { inner_->state(user, std::move(d)); });
  }
  void set_state(const std::string& user, StateUpdate update, Done<StateChange> done) override {
    ask<StateChange>(std::move(done), [this, user, update](Done<StateChange> d) {
      inner_->set_state(user, update, std::move(d));
    });
  }
  void tell_nodes(const std::string&, const std::string&) override {}

  /// The next so many deliveries never arrive.
  int lose = 0;
  /// The connection breaks: what is on its way is answered with an error, deliveries are gone, and calls fail
  /// until restore().
  void cut() {
    down_ = true;
    ++link_;
    if (events_) events_->lost();
  }
  void restore(MemoryBroker* other = nullptr) {
    if (other) {  // it has lost all that it knew
      inner_->listen(nullptr);
      inner_ = other;
      inner_->listen(this);
    }
    for (const auto& channel : wanted_) inner_->interest(channel, true, {});
    down_ = false;
    if (events_) events_->back();
  }

 private:
  template <class T, class Act>
  void ask(Done<T> done, Act act) {
    later_["asked"].push_back([this, done = std::move(done), act = std::move(act)]() mutable {
      auto answer = [this, done = std::move(done)](Result<T> result) mutable {
        later_["answered"].push_back([done = std::move(done), result = std::move(result)]() mutable {
          if (done) done(std::move(result));
        });
      };
      if (down_) return answer(error(Errc::unavailable, "the broker is away"));
      act(std::move(answer));
    });
  }
  void published(const Publication& publication) override {
    if (lose > 0) {
      --lose;
      return;
    }
    if (down_) return;
    later_["delivered"].push_back([this, publication, link = link_] {
      if (events_ && link == link_) events_->published(publication);
    });
  }
  void presence_changed(const std::string&) override {}
  void told(const std::string&, const std::string&) override {}
  void lost() override {}
  void back() override {}

  MemoryBroker* inner_;
  std::set<std::string> wanted_;
  Queues& later_;
  BrokerEvents* events_ = nullptr;
  bool down_ = false;
  int link_ = 0;  // which connection; what is on its way on an earlier one never arrives
};

}  // namespace longwave::hub
