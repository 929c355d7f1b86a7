// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/impl.hpp"

#include <algorithm>
#include <utility>

/// What is stored of the rows, read back, and shown to people.
namespace longwave::radios {

namespace {

ItemView view_of(const rules::Play& play) {
  ItemView view;
  view.song = play.song;
  view.start = play.start;
  view.end = play.end;
  view.offset = play.offset;
  view.duration = play.length;
  view.rule = rules::name(play.rule);
  view.subject = play.subject;
  view.playlist = play.playlist;
  return view;
}

rules::Play play_of(const ItemView& view) {
  rules::Play play;
  play.song = view.song;
  play.start = view.start;
  play.end = view.end;
  play.offset = view.offset;
  play.length = view.duration;
  play.rule = rules::rule_named(view.rule).value_or(rules::Rule::fallback);
  play.subject = view.subject;
  play.playlist = view.playlist;
  return play;
}

Item item_of(const ItemView& view) {
  Item item;
  item.number = view.item;
  item.show = view.show;
  item.file = FileName{view.file};
  item.why.rule = rules::rule_named(view.rule).value_or(rules::Rule::fallback);
  item.why.subject = view.subject;
  item.why.playlist = view.playlist;
  return item;
}

WhyView view_of(const rules::Why& why, const Body* body) {
  WhyView view;
  view.rule = rules::name(why.rule);
  if (body) view.text = why.text(body->programme);
  view.candidates = why.candidates;
  for (std::size_t i = 0; i < why.excluded.size(); ++i) {
    if (why.excluded[i] > 0)
      view.excluded.emplace_back(rules::name(static_cast<rules::Excluded>(i)), why.excluded[i]);
  }
  return view;
}

}  // namespace

ItemView Radios::Impl::view(const Row& row, std::size_t i) const {
  auto view = view_of(row.play(i));
  view.item = row.line[i].number;
  view.show = row.line[i].show;
  view.file = row.line[i].file.view();
  return view;
}

Saved Radios::Impl::saved(const Row& row) const {
  Saved saved;
  saved.radio = row.radio;
  saved.master = streamers[row.master];
  saved.master_prepares = row.prepares;
  const auto past = row.heard.size() - row.line.size();
  for (std::size_t i = past > 2 ? past - 2 : 0; i < past; ++i) saved.before.push_back(view_of(row.heard[i]));
  for (std::size_t i = 0; i < row.line.size(); ++i) {
    if (i == 0 && row.playing) {
      saved.playing = view(row, i);
    } else {
      (i < row.fixed() ? saved.announced : saved.ahead).push_back(view(row, i));
    }
  }
  saved.show = row.show;
  saved.show_time = row.show_time;
  saved.next_item = row.next_item;
  return saved;
}

void Radios::Impl::restore(const Saved& radio) {
  if (const auto old = find(radio.radio); old != none) erase(old);
  const auto r = add(radio.radio);
  auto& row = rows[r];
  if (!radio.master.empty()) set_master(row, Master{radio.master, radio.master_prepares});
  row.show = radio.show;
  row.show_time = radio.show_time;
  // What was told after the last write: its numbers aren't given again.
  row.next_item = radio.next_item + 1000;
  for (const auto& item : radio.before) row.heard.push_back(play_of(item));
  std::vector<ItemView> items;
  if (radio.playing) items.push_back(*radio.playing);
  items.insert(items.end(), radio.announced.begin(), radio.announced.end());
  const auto told = items.size();
  items.insert(items.end(), radio.ahead.begin(), radio.ahead.end());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    row.heard.push_back(play_of(item));
    if (item.end <= now) continue;  // over while nobody was here: it isn't replayed
    row.line.push_back(item_of(item));
    if (i == 0 && radio.playing) {
      row.playing = true;
    } else if (i < told || item.start <= now) {
      row.announced++;
      push(r, item.start, EventKind::start);
    }
  }
  if (row.fixed() == 0) row.drop_behind(0);
  if (row.line.empty()) {
    row.waiting = true;
    push(r, now + settings.retry, EventKind::prepare);
    want_load(r, true);
    return;
  }
  plan_next(r);
  // The programme is wanted when the next item is chosen: in time, but not all at once.
  const auto idle = row.play(row.fixed() - 1).end - settings.announce - now;
  const auto part = static_cast<Duration::rep>(r * 2654435761U % 1024U);
  push(r, idle > Duration{} ? now + idle / 1024 * part : now, EventKind::load);
}

Changes Radios::take_changes(std::size_t limit) {
  Changes changes;
  changes.removed = std::exchange(impl_->removed, {});
  while (!impl_->dirty.empty() && changes.put.size() < limit) {
    auto& row = impl_->rows[impl_->dirty.front()];
    impl_->dirty.pop_front();
    if (!row.used || !std::exchange(row.dirty, false)) continue;
    changes.put.push_back(impl_->saved(row));
  }
  return changes;
}

void Radios::not_written(const Changes& changes) {
  for (const auto& radio : changes.put)
    if (const auto r = impl_->find(radio.radio); r != Impl::none) impl_->touch(r);
  for (const auto& radio : changes.removed)
    if (!exists(radio)) impl_->removed.push_back(radio);
}

std::optional<Current> Radios::current(std::string_view radio) const {
  const auto r = impl_->find(radio);
  if (r == Impl::none || !impl_->rows[r].playing) return std::nullopt;
  const auto& row = impl_->rows[r];
  const auto& play = row.play(0);
  Current current{std::string(row.line[0].file.view()), play.start - play.offset, play.start, play.end,
                  std::nullopt};
  if (row.announced > 0) current.next = impl_->view(row, 1);
  return current;
}

Counts Radios::counts() const {
  Counts counts;
  counts.radios = impl_->by_name.size();
  for (const auto& row : impl_->rows) {
    if (!row.used) continue;
    counts.streaming += row.master != 0 ? 1U : 0U;
    counts.broken += impl_->broken(row) ? 1U : 0U;
    counts.loading += row.loading ? 1U : 0U;
  }
  counts.events = impl_->heap.all().size();
  counts.lateness = impl_->lateness.figures(impl_->clock.now());
  return counts;
}

std::optional<Explained> Radios::explain(std::string_view radio) const {
  const auto r = impl_->find(radio);
  if (r == Impl::none) return std::nullopt;
  const auto& row = impl_->rows[r];
  Explained explained;
  explained.playing = row.playing;
  for (std::size_t i = 0; i < row.line.size(); ++i)
    explained.items.emplace_back(impl_->view(row, i), view_of(row.line[i].why, row.body.get()));
  return explained;
}

std::vector<EventView> Radios::events(std::string_view radio) const {
  std::vector<EventView> views;
  const auto r = impl_->find(radio);
  if (r == Impl::none) return views;
  std::vector<Event> events;
  for (const auto& event : impl_->heap.all())
    if (event.radio == r && !impl_->stale(event)) events.push_back(event);
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.at != b.at ? a.at < b.at : a.order < b.order; });
  for (const auto& event : events) views.push_back({static_cast<EventKind>(event.kind), event.at});
  return views;
}

std::vector<RadioView> Radios::list(Show show, std::size_t offset, std::size_t limit) const {
  std::vector<const Row*> found;
  for (const auto& row : impl_->rows) {
    if (!row.used || (show == Show::streaming && row.master == 0) ||
        (show == Show::broken && !impl_->broken(row)))
      continue;
    found.push_back(&row);
  }
  const auto end = [](const Row& row) { return row.playing ? row.play(0).end : WallTime::min(); };
  const auto count = std::min(found.size(), offset + limit);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(),
                    [&](const Row* a, const Row* b) {
                      if ((a->master != 0) != (b->master != 0)) return a->master != 0;
                      return end(*a) != end(*b) ? end(*a) < end(*b) : a->radio < b->radio;
                    });
  std::vector<RadioView> views;
  for (auto i = offset; i < count; ++i) {
    const auto& row = *found[i];
    RadioView view;
    view.radio = row.radio;
    view.master = impl_->streamers[row.master];
    view.broken = impl_->broken(row);
    if (row.playing) {
      view.song = row.play(0).song;
      view.file = row.line[0].file.view();
      view.play_time = row.play(0).start - row.play(0).offset;
      view.end = row.play(0).end;
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace longwave::radios
