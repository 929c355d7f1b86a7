// SPDX-License-Identifier: Apache-2.0
// What the broker delivers, made whole: every channel goes on from `top` without a gap, or is reset.
#include "hub/machine.hpp"

#include <algorithm>

namespace longwave::hub {
namespace {

constexpr Duration check_every = std::chrono::seconds{40};
constexpr unsigned most_tries = 3;

}  // namespace

void Hub::Impl::published(const Publication& publication) {
  const Turn turn(*this);
  if (Channel* channel = find(publication.channel)) receive(*channel, publication);
}

void Hub::Impl::receive(Channel& channel, const Publication& publication) {
  using Feed = Channel::Feed;
  if (channel.feed == Feed::none) return;
  if (channel.feed == Feed::flowing && publication.epoch == channel.top.epoch) {
    if (publication.offset <= channel.top.offset) return;
    if (publication.offset == channel.top.offset + 1) return forward(channel, publication);
  }
  // What doesn't fit is asked for again: the pending ones are only a help, so they needn't be many.
  if (channel.pending.size() >= options_.waiting) channel.pending.clear();
  channel.pending.push_back(publication);
  if (channel.feed == Feed::flowing) catch_up(channel);
}

void Hub::Impl::forward(Channel& channel, const Publication& publication) {
  channel.top.offset = publication.offset;
  channel.tries = 0;
  channel.last_active = clock_.wall();
  if (channel.groups.empty() && channel.joining.empty()) {
    channel.forwarded = publication.offset;
    return;
  }
  auto copy = std::make_shared<Publication>(publication);
  copy->after = std::exchange(channel.forwarded, publication.offset);
  const std::shared_ptr<const Publication> shared = std::move(copy);
  for (auto& [id, joining] : channel.joining) {
    if (joining.overflow) continue;
    joining.overflow = joining.waiting.size() >= options_.waiting;
    if (!joining.overflow) joining.waiting.push_back(shared);
  }
  counts_.delivered += channel.groups.size();
  counts_.deliveries += channel.joined;
  each_group(channel, [&](const Group& group) { group.delivery->publish(group.loop, shared); });
}

Instant Hub::Impl::next_check() {
  const auto jitter =
      static_cast<Duration::rep>(static_cast<double>(check_every.count()) * 0.25 * random_.unit());
  return clock_.now() + check_every - Duration{jitter};
}

void Hub::Impl::flow_from(Channel& channel, const Position& top) {
  channel.top = top;
  channel.forwarded = top.offset;
  channel.feed = Channel::Feed::flowing;
  channel.check_due = next_check();
  drain(channel);
}

void Hub::Impl::drain(Channel& channel) {
  auto pending = std::exchange(channel.pending, {});
  std::stable_sort(pending.begin(), pending.end(),
                   [](const Publication& a, const Publication& b) { return a.offset < b.offset; });
  for (const Publication& publication : pending) {
    // Of another epoch: either it was late, or the next check will find the new one.
    if (publication.epoch == channel.top.epoch) receive(channel, publication);
  }
}

void Hub::Impl::catch_up(Channel& channel) {
  channel.feed = Channel::Feed::catching;
  const std::uint64_t time = channel.catching = ++attempts_;
  ++channel.tries;
  broker_.history(channel.name, {.since = channel.top},
                  [this, name = channel.name, time](Result<History> missed) {
                    const Turn turn(*this);
                    Channel* known = find(name);
                    if (known && known->feed == Channel::Feed::catching && known->catching == time)
                      caught_up(*known, std::move(missed));
                  });
}

void Hub::Impl::caught_up(Channel& channel, Result<History> missed) {
  channel.feed = Channel::Feed::flowing;
  if (!missed) {  // back() will ask again, or the next check
    --channel.tries;
    channel.check_due = clock_.now() + std::chrono::seconds{1};
    ask_again(channel, false);
    return;
  }
  channel.check_due = next_check();
  if (missed->complete && channel.tries <= most_tries) {
    if (!missed->publications.empty()) ++counts_.gaps;
    for (const Publication& publication : missed->publications) forward(channel, publication);
    channel.top.offset = std::max(channel.top.offset, missed->top.offset);  // the last ones may be deleted
    if (channel.pending.empty()) channel.tries = 0;
  } else {
    // A broker that announces what it doesn't have makes no progress either: then from where it is now.
    const bool anew = missed->top.epoch != channel.top.epoch;
    for (const Publication& p : channel.pending)
      if (p.epoch == missed->top.epoch && channel.tries > most_tries)
        missed->top.offset = std::max(missed->top.offset, p.offset);
    reset(channel, missed->top, anew ? "the channel has been started anew" : "publications were lost");
  }
  drain(channel);
  if (channel.feed == Channel::Feed::flowing) ask_again(channel, false);
}

void Hub::Impl::reset(Channel& channel, const Position& position, const std::string& reason) {
  ++counts_.resets;
  channel.top = position;
  channel.forwarded = position.offset;
  channel.tries = 0;
  each_group(channel,
             [&](const Group& group) { group.delivery->reset(group.loop, channel.name, position, reason); });
  ask_again(channel, true);
}

void Hub::Impl::lost() {
  lost_ = true;
}

void Hub::Impl::back() {
  const Turn turn(*this);
  lost_ = false;
  const Instant now = clock_.now();
  std::vector<std::string> names;
  for (auto& [name, channel] : channels_) {
    channel.refresh_due = now;
    if (channel.ready) names.push_back(name);
  }
  for (const std::string& name : names) {
    Channel* channel = find(name);
    if (channel && channel->feed != Channel::Feed::asked && channel->feed != Channel::Feed::none)
      catch_up(*channel);
  }
  keep_presence(now);
}

void Hub::Impl::check_positions(Instant now) {
  if (lost_) return;
  std::vector<std::string> due;
  for (auto& [name, channel] : channels_)
    if (channel.feed == Channel::Feed::flowing && channel.check_due <= now) due.push_back(name);
  for (const std::string& name : due) {
    Channel* channel = find(name);
    if (!channel) continue;
    channel->check_due = next_check();
    broker_.top(name, [this, name, before = channel->top](Result<Position> top) {
      const Turn turn(*this);
      Channel* known = find(name);
      if (!top || !known || known->feed != Channel::Feed::flowing) return;
      const bool behind = top->epoch != known->top.epoch || top->offset > known->top.offset;
      const bool went_back = top->epoch == before.epoch && top->offset < before.offset;
      if (behind || went_back) catch_up(*known);
    });
  }
}

}  // namespace longwave::hub
