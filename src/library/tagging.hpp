// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/events.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// Genres, subgenres and moods, and what they are assigned to (docs/library.md, "Tags").
namespace longwave::library {

enum class TagClass { genre = 1, subgenre = 2, mood = 3 };
enum class IconType { character = 1, html = 2 };
enum class Approval { guessed = 0, user = 1, training = 2 };
enum class Tagged { song = 0, album = 1, video = 2 };

struct Tag {
  std::int64_t id = 0;
  std::string name;
  TagClass kind = TagClass::genre;
  std::int64_t parent = 0;  ///< genre of a subgenre; 0: none
  IconType icon_type = IconType::character;
  std::string icon;    ///< HTML is as it was sent: whoever shows it cleans it
  std::string colour;  ///< "#RRGGBB" or empty
  int x = 0, y = 0;    ///< where a mood stands among the others
};
std::vector<Tag> tags(store::Session& session);  ///< by kind, then by name; moods by place
Result<Tag> tag(store::Session& session, std::int64_t id);
std::optional<Tag> tag_named(store::Session& session, TagClass kind, std::string_view name,
                             std::int64_t parent = 0);

/// `id` of the value isn't looked at. invalid, conflict: there is one of that name. Gives the new id.
Result<std::int64_t> create_tag(store::Session& session, const Tag& tag, Changes& changes);
/// Everything but the kind.
Result<void> change_tag(store::Session& session, const Tag& tag, Changes& changes);
/// With its subgenres and all assignments. The genre "Other" (id 1) stays: conflict.
Result<void> remove_tag(store::Session& session, std::int64_t id, Changes& changes);

/// A tag with its subgenres and everything that has them, for who takes its removal back.
struct WholeTag {
  struct On {
    int what = 0;
    std::int64_t target = 0, tag = 0;
    int from_file = 0;
    double confidence = 0;
    int approval = 0;
  };
  std::vector<Tag> tags;  ///< a genre before its subgenres; empty: there is no such tag
  std::vector<On> on;
};
WholeTag whole_tag(store::Session& session, std::int64_t id);
/// Under its old ids where they are free; what has gone meanwhile is passed over. Gives the id of the tag.
/// conflict: there is another of that name; invalid: its genre has gone.
Result<std::int64_t> put_back_tag(store::Session& session, const WholeTag& whole, Changes& changes);

struct Assigned {
  Tag tag;
  std::int64_t entry = 0;   ///< of the assignment; negative: it is not stored but follows from others
  std::int64_t target = 0;  ///< song, album or video
  double confidence = 1;    ///< 0 to 1
  Approval approval = Approval::user;
  bool derived = false;  ///< of an album: some of its songs have it; confidence is their share
};
/// By kind and name. Those of an album: its own, then those that follow from its songs.
std::vector<Assigned> assigned(store::Session& session, Tagged what, std::int64_t target);
/// Of many at once, ordered by target.
std::vector<Assigned> assigned(store::Session& session, Tagged what, std::span<const std::int64_t> targets);

/// A lower approval never replaces a higher one (the call succeeds and changes nothing). A subgenre brings
/// its genre with it. not_found; invalid: confidence outside 0 to 1.
Result<void> assign(store::Session& session, Tagged what, std::int64_t target, std::int64_t tag,
                    Approval approval, double confidence, Changes& changes);
/// Also of what the file says or what follows from songs: it stays away over rescans. A genre takes its
/// subgenres along.
Result<void> unassign(store::Session& session, Tagged what, std::int64_t target, std::int64_t tag,
                      Changes& changes);

struct TagStatistics {
  Tag tag;
  std::int64_t songs = 0, albums = 0, videos = 0, children = 0;
};
std::vector<TagStatistics> tag_statistics(store::Session& session);  ///< by id

}  // namespace longwave::library
