// SPDX-License-Identifier: Apache-2.0
#include "api/lists.hpp"

#include "api/lists_impl.hpp"
#include "library/list_transfer.hpp"
#include "library/playlists.hpp"
#include "schedule/keeper.hpp"

#include <algorithm>
#include <utility>

namespace longwave::api {

using Int = std::int64_t;

Lists::Lists(Ports ports) : impl_(std::make_unique<Impl>(std::move(ports))) {}
Lists::~Lists() = default;

Result<std::string> Lists::active(StationId station) const {
  const auto seen = impl_->view(station);
  if (!seen) return no_station();
  return seen->list;
}

void Lists::names(StationId station, Reply<std::vector<Info>> reply) {
  impl_->read(
      [](store::Session& session) {
        return Result<std::vector<library::PlaylistInfo>>(library::playlists(session));
      },
      [this, station, reply = std::move(reply)](Result<std::vector<library::PlaylistInfo>> found) {
        const auto seen = impl_->view(station);
        if (!seen) return reply(no_station());
        if (!found) return reply(found.error());
        std::vector<Info> lists;
        bool stored = false;
        for (auto& list : *found) {
          Info info{std::move(list.name), false,           true,         std::move(list.query), list.entries,
                    list.duration_ms,     list.changed_ms, list.position};
          stored = stored || info.name == seen->list;
          lists.push_back(std::move(info));
        }
        if (!stored) lists.insert(lists.begin(), Info{.name = seen->list, .stored = false, .query = {}});
        for (auto& info : lists) {
          if (info.name != seen->list) continue;
          info.active = true;
          info.entries = static_cast<Int>(seen->entries.size());
          info.position = seen->cursor;
          Samples duration{};
          for (const auto& entry : seen->entries) duration += entry->duration;
          info.duration_ms = to_ms(duration);
        }
        reply(std::move(lists));
      });
}

void Lists::entries(StationId station, std::string name, Reply<Entries> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  if (wanted->active) {
    Entries found{
        .name = wanted->name, .active = true, .position = wanted->view->cursor, .tracks = {}, .ids = {}};
    found.tracks = tracks_of(*wanted->view);
    for (const auto& entry : wanted->view->entries) found.ids.push_back(entry->id.value);
    return reply(std::move(found));
  }
  impl_->read(
      [name = wanted->name](store::Session& session) -> Result<Entries> {
        const auto list = library::playlist(session, name);
        if (!list) return list.error();
        Entries found{
            .name = list->name, .active = false, .position = list->position, .tracks = {}, .ids = {}};
        const auto entries = library::playlist_entries(session, name);
        for (const auto& entry : *entries) {
          found.tracks.push_back(entry.track);
          found.ids.push_back(entry.id);
        }
        return found;
      },
      std::move(reply));
}

void Lists::create(StationId station, New list, Reply<Changed> reply) {
  const auto name = library::list_name(list.name);
  if (!name) return reply(name.error());
  if (!impl_->view(station)) return reply(no_station());
  if (impl_->active_somewhere(*name))
    return reply(error(Errc::conflict, "there is a playlist of that name already"));
  impl_->edit(
      [list = std::move(list)](store::Session& session, Int now, library::Changes& changes) {
        if (!list.query.empty())
          return library::create_smart_playlist(session, list.name, list.query, now, changes);
        return library::create_playlist(session, list.name, list.tracks, now, changes);
      },
      std::move(reply));
}

void Lists::load(StationId station, std::string name, std::string by, Reply<Changed> reply) {
  impl_->in_turn(station, [this, station, name = std::move(name), by = std::move(by),
                           reply = std::move(reply)](std::function<void()> end) {
    impl_->load(station, name, by, 0, [reply, end = std::move(end)](Result<Changed> done) {
      reply(std::move(done));
      end();
    });
  });
}

void Lists::save(StationId station, std::string name, Save how, Reply<Changed> reply) {
  const auto seen = impl_->view(station);
  if (!seen) return reply(no_station());
  impl_->edit(
      [name = std::move(name), how, tracks = tracks_of(*seen), cursor = seen->cursor](
          store::Session& session, Int now, library::Changes& changes) -> Result<library::PlaylistInfo> {
        switch (how) {
          case Save::create:
            if (library::playlist(session, name)) {
              return error(Errc::conflict, "there is a playlist of that name already");
            }
            break;
          case Save::append:
            return library::add_to_playlist(session, name, tracks, std::nullopt, now, changes);
          case Save::replace:
            if (const auto there = library::playlist(session, name); !there) return there.error();
            break;
        }
        return library::put_playlist(session, name, tracks, cursor, now, changes);
      },
      std::move(reply));
}

void Lists::add(StationId station, std::string name, std::vector<TrackId> tracks,
                std::optional<std::size_t> at, std::string by, Reply<Changed> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  if (wanted->active) {
    schedule::Add add{.tracks = std::move(tracks), .at = at, .by = std::move(by)};
    if (at && *at > wanted->view->entries.size()) {
      return reply(error(Errc::invalid, "that is behind the end of the playlist"));
    }
    // What a person asks of a radio comes before what its AutoDJ chose.
    if (!wanted->view->modes.autodj) add.where = schedule::Where::last;
    return impl_->steer(station, std::move(add), std::move(reply));
  }
  impl_->edit(
      [name = wanted->name, tracks = std::move(tracks), at](store::Session& session, Int now,
                                                            library::Changes& changes) {
        return library::add_to_playlist(session, name, tracks, at, now, changes);
      },
      std::move(reply));
}

void Lists::remove(StationId station, std::string name, std::size_t position, std::size_t count,
                   std::string by, Reply<Changed> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  if (wanted->active) {
    const std::size_t entries = wanted->view->entries.size();
    if (position >= entries || count > entries - position) {
      return reply(error(Errc::invalid, "there is no entry at that place"));
    }
    return impl_->steer(station, schedule::RemoveRange{position, position + count, std::move(by)},
                        std::move(reply));
  }
  impl_->edit(
      [name = wanted->name, position, count](store::Session& session, Int now, library::Changes& changes) {
        return library::remove_from_playlist(session, name, position, count, now, changes);
      },
      std::move(reply));
}

void Lists::move(StationId station, std::string name, std::size_t from, std::size_t to, std::string by,
                 Reply<Changed> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  if (wanted->active) {
    const std::size_t entries = wanted->view->entries.size();
    if (from >= entries || to >= entries)
      return reply(error(Errc::invalid, "there is no entry at that place"));
    return impl_->steer(station, schedule::MoveRange{from, from + 1, to, std::move(by)}, std::move(reply));
  }
  impl_->edit(
      [name = wanted->name, from, to](store::Session& session, Int now, library::Changes& changes) {
        return library::move_in_playlist(session, name, from, to, now, changes);
      },
      std::move(reply));
}

void Lists::clear(StationId station, std::string name, std::string by, Reply<Changed> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  if (wanted->active) return impl_->steer(station, schedule::Clear{std::move(by), true}, std::move(reply));
  impl_->edit(
      [name = wanted->name](store::Session& session, Int now, library::Changes& changes) {
        return library::clear_playlist(session, name, now, changes);
      },
      std::move(reply));
}

void Lists::rename(StationId station, std::string name, std::string to, Reply<Changed> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  if (impl_->active_somewhere(wanted->name)) {
    return reply(error(Errc::conflict, "a list that a station plays keeps its name; load another first"));
  }
  if (impl_->active_somewhere(to))
    return reply(error(Errc::conflict, "there is a playlist of that name already"));
  impl_->edit(
      [name = wanted->name, to = std::move(to)](store::Session& session, Int now, library::Changes& changes) {
        return library::rename_playlist(session, name, to, now, changes);
      },
      std::move(reply));
}

void Lists::erase(StationId station, std::string name, Reply<Erased> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  if (impl_->active_somewhere(wanted->name)) {
    return reply(error(Errc::conflict, "a list that a station plays can't be removed; load another first"));
  }
  impl_->ports().library.edit(
      [name = wanted->name](store::Session& session, library::Changes& changes) -> Result<Erased> {
        const auto list = library::playlist(session, name);
        if (!list) return list.error();
        Erased erased{.name = list->name, .query = list->query, .tracks = {}};
        const auto entries = library::playlist_entries(session, name);
        for (const auto& entry : *entries) erased.tracks.push_back(entry.track);
        if (const auto gone = library::delete_playlist(session, name, changes); !gone) return gone.error();
        return erased;
      },
      [alive = impl_->alive(), reply = std::move(reply)](const Result<Erased>& done) {
        if (alive.lock()) reply(done);
      });
}

void Lists::import_list(StationId station, std::string name, std::string bytes,
                        std::optional<library::ListFormat> format, bool replace, Reply<Imported> reply) {
  const auto wanted = impl_->target(station, name);
  if (!wanted) return reply(wanted.error());
  impl_->read(
      [bytes = std::move(bytes), format](store::Session& session) -> Result<library::MatchedList> {
        const auto kind = format ? format : library::list_format(bytes);
        if (!kind) return error(Errc::invalid, "this is no M3U8, PLS or XSPF playlist");
        const auto file = library::read_list_file(bytes, *kind);
        if (!file) return file.error();
        return library::match_list(session, *file);
      },
      [this, station, wanted = *wanted, replace,
       reply = std::move(reply)](Result<library::MatchedList> matched) {
        if (!matched) return reply(matched.error());
        auto told = [reply, found = static_cast<Int>(matched->tracks.size()),
                     missing = std::move(matched->missing)](Result<Changed> done) {
          if (!done) return reply(done.error());
          reply(Imported{std::move(*done), found, missing});
        };
        if (wanted.active && !replace) {
          return reply(error(Errc::conflict, "there is a playlist of that name already"));
        }
        if (wanted.active) {
          return impl_->steer(station, schedule::LoadList{wanted.name, std::move(matched->tracks), -1, {}},
                              told);
        }
        impl_->edit(
            [name = wanted.name, tracks = std::move(matched->tracks), replace](
                store::Session& session, Int now, library::Changes& changes) {
              if (!replace) return library::create_playlist(session, name, tracks, now, changes);
              return library::put_playlist(session, name, tracks, -1, now, changes);
            },
            told);
      });
}

void Lists::export_list(StationId station, std::string name, library::ListFormat format,
                        Reply<Exported> reply) {
  entries(station, std::move(name), [this, format, reply = std::move(reply)](Result<Entries> found) {
    if (!found) return reply(found.error());
    impl_->read(
        [found = std::move(*found), format](store::Session& session) -> Result<Exported> {
          const auto list = library::list_of(session, found.name, found.tracks);
          return Exported{found.name, library::write_list_file(list, format), format};
        },
        reply);
  });
}

}  // namespace longwave::api
