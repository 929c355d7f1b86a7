// SPDX-License-Identifier: Apache-2.0
#include "library/tagging.hpp"

#include "library/colours.hpp"
#include "library/names.hpp"
#include "store/session.hpp"

#include <algorithm>

namespace longwave::library {

namespace {

using Int = std::int64_t;

constexpr const char* tag_columns =
    "SELECT g.id, g.name, g.kind, g.parent_id, g.icon_type, g.icon, g.colour, g.x, g.y FROM library_tag g ";

template <class... Args>
void read_tags(store::Session& session, std::vector<Tag>& into, const char* rest, const Args&... args) {
  session.each<Int, std::string, int, Int, int, std::string, std::string, int, int>(
      std::string(tag_columns) + rest,
      [&](Int id, std::string name, int kind, Int parent, int icon_type, std::string icon, std::string colour,
          int x, int y) {
        into.push_back({id, std::move(name), static_cast<TagClass>(kind), parent,
                        static_cast<IconType>(icon_type), std::move(icon), std::move(colour), x, y});
      },
      args...);
}

Result<Tag> checked(store::Session& session, Tag tag) {
  tag.name = clean(tag.name, 128);
  if (tag.name.empty()) return error(Errc::invalid, "a tag needs a name");
  if (tag.icon.size() > 4096) return error(Errc::invalid, "an icon has at most 4096 bytes");
  if (!tag.colour.empty() && !is_colour(tag.colour))
    return error(Errc::invalid, "a colour is written #RRGGBB");
  if (tag.kind == TagClass::subgenre) {
    const auto parent = library::tag(session, tag.parent);
    if (!parent || parent->kind != TagClass::genre)
      return error(Errc::invalid, "a subgenre belongs to a genre");
  } else {
    tag.parent = 0;
  }
  const auto same = tag_named(session, tag.kind, tag.name, tag.parent);
  if (same && same->id != tag.id) return error(Errc::conflict, "there is a tag of that name");
  return tag;
}

Result<void> target_there(store::Session& session, Tagged what, std::int64_t target) {
  static constexpr std::string_view statements[] = {
      "SELECT 1 FROM library_track WHERE id = :id AND state <> 3",
      "SELECT 1 FROM library_album WHERE id = :id AND id <> 0", "SELECT 1 FROM library_video WHERE id = :id"};
  static constexpr const char* names[] = {"track", "album", "video"};
  if (session.value<int>(statements[static_cast<int>(what)], target)) return {};
  return error(Errc::not_found, std::string("there is no such ") + names[static_cast<int>(what)]);
}

void tell(store::Session& session, Tagged what, std::int64_t target, Changes& changes) {
  if (what == Tagged::song) {
    changes.track_changed(TrackId{target}, aspect_tags);
    changes.album_changed(
        session.value<Int>("SELECT album_id FROM library_track WHERE id = :id", target).value_or(0));
  } else if (what == Tagged::album) {
    changes.album_changed(target);
  } else {
    changes.video_changed(target);
  }
}

void put(store::Session& session, Tagged what, std::int64_t target, std::int64_t tag, int approval,
         double confidence) {
  session.run(
      "INSERT INTO library_tagging(what, target_id, tag_id, from_file, confidence, approval) VALUES (:what, "
      ":target, :tag, 0, :confidence, :approval) ON CONFLICT(what, target_id, tag_id) DO UPDATE SET "
      "from_file = "
      "0, confidence = excluded.confidence, approval = excluded.approval",
      what, target, tag, confidence, approval);
}

}  // namespace

std::vector<Tag> tags(store::Session& session) {
  std::vector<Tag> found;
  read_tags(
      session, found,
      "ORDER BY g.kind, CASE WHEN g.kind = 3 THEN g.y END, CASE WHEN g.kind = 3 THEN g.x END, g.fold, g.id");
  return found;
}

Result<Tag> tag(store::Session& session, std::int64_t id) {
  std::vector<Tag> found;
  read_tags(session, found, "WHERE g.id = :id", id);
  if (found.empty()) return error(Errc::not_found, "there is no such tag");
  return std::move(found.front());
}

std::optional<Tag> tag_named(store::Session& session, TagClass kind, std::string_view name,
                             std::int64_t parent) {
  std::vector<Tag> found;
  read_tags(session, found, "WHERE g.kind = :kind AND g.parent_id = :parent AND g.fold = :fold", kind, parent,
            fold(name));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::int64_t> create_tag(store::Session& session, const Tag& given, Changes& changes) {
  Tag fresh = given;
  fresh.id = 0;
  auto tag = checked(session, std::move(fresh));
  if (!tag) return tag.error();
  const auto id = session.value<Int>(
      "INSERT INTO library_tag(kind, name, fold, parent_id, icon_type, icon, colour, x, y) VALUES (:kind, "
      ":name, "
      ":fold, :parent, :icon_type, :icon, :colour, :x, :y) RETURNING id",
      tag->kind, tag->name, fold(tag->name), tag->parent, tag->icon_type, tag->icon, tag->colour, tag->x,
      tag->y);
  changes.tags_changed();
  return *id;
}

Result<void> change_tag(store::Session& session, const Tag& given, Changes& changes) {
  const auto before = library::tag(session, given.id);
  if (!before) return before.error();
  Tag wanted = given;
  wanted.kind = before->kind;
  auto tag = checked(session, std::move(wanted));
  if (!tag) return tag.error();
  session.run(
      "UPDATE library_tag SET name = :name, fold = :fold, parent_id = :parent, icon_type = :icon_type, icon "
      "= "
      ":icon, colour = :colour, x = :x, y = :y WHERE id = :id",
      tag->name, fold(tag->name), tag->parent, tag->icon_type, tag->icon, tag->colour, tag->x, tag->y,
      tag->id);
  changes.tags_changed();
  return {};
}

Result<void> remove_tag(store::Session& session, std::int64_t id, Changes& changes) {
  if (id == 1) return error(Errc::conflict, "the genre Other stays");
  if (const auto found = library::tag(session, id); !found) return found.error();
  session.run(
      "DELETE FROM library_tagging WHERE tag_id IN (SELECT id FROM library_tag WHERE id = :id OR parent_id = "
      ":p)",
      id, id);
  session.run("DELETE FROM library_tag WHERE id = :id OR parent_id = :p", id, id);
  changes.tags_changed();
  return {};
}

Result<void> assign(store::Session& session, Tagged what, std::int64_t target, std::int64_t tag_id,
                    Approval approval, double confidence, Changes& changes) {
  if (!(confidence >= 0 && confidence <= 1)) return error(Errc::invalid, "a confidence lies between 0 and 1");
  const auto tag = library::tag(session, tag_id);
  if (!tag) return tag.error();
  if (auto there = target_there(session, what, target); !there) return there;
  const auto before = session.value<int>(
      "SELECT approval FROM library_tagging WHERE what = :what AND target_id = :target AND tag_id = :tag",
      what, target, tag_id);
  const bool guess_against_no = before && *before < 0 && approval == Approval::guessed;
  if ((before && *before > static_cast<int>(approval)) || guess_against_no) return {};
  put(session, what, target, tag_id, static_cast<int>(approval), confidence);
  if (tag->parent != 0) {
    if (auto with = assign(session, what, target, tag->parent, approval, confidence, changes); !with)
      return with;
  }
  tell(session, what, target, changes);
  return {};
}

Result<void> unassign(store::Session& session, Tagged what, std::int64_t target, std::int64_t tag_id,
                      Changes& changes) {
  const auto tag = library::tag(session, tag_id);
  if (!tag) return tag.error();
  if (auto there = target_there(session, what, target); !there) return there;
  put(session, what, target, tag_id, -1, 0);
  session.run(
      "UPDATE library_tagging SET approval = -1, from_file = 0 WHERE what = :what AND target_id = :target "
      "AND "
      "tag_id IN (SELECT id FROM library_tag WHERE parent_id = :tag)",
      what, target, tag_id);
  tell(session, what, target, changes);
  return {};
}

}  // namespace longwave::library
