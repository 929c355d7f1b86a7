// SPDX-License-Identifier: Apache-2.0
#include "api/tag.hpp"

#include "api/json.hpp"
#include "api/library_edit.hpp"
#include "library/tagging.hpp"
#include "store/session.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <deque>
#include <memory>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;
using library::Tag;
using library::TagClass;

const char* kind_word(TagClass kind) {
  return kind == TagClass::genre ? "genre" : kind == TagClass::subgenre ? "subgenre" : "mood";
}
TagClass kind_of(const std::string& word) {
  return word == "genre" ? TagClass::genre : word == "subgenre" ? TagClass::subgenre : TagClass::mood;
}

json::object tag_json(const Tag& tag) {
  return {{"id", tag.id},
          {"name", clean(tag.name)},
          {"kind", kind_word(tag.kind)},
          {"parent", tag.parent},
          {"icon", clean(tag.icon)},
          {"icon_type", tag.icon_type == library::IconType::html ? "html" : "character"},
          {"colour", clean(tag.colour)},
          {"x", tag.x},
          {"y", tag.y}};
}

std::vector<Field> tag_fields() {
  std::vector<Field> fields;
  fields.push_back(integer("id"));
  fields.push_back(string("name"));
  fields.push_back(string("kind").one_of({"genre", "subgenre", "mood"}));
  fields.push_back(integer("parent").about("genre of a subgenre; 0: none"));
  fields.push_back(string("icon").about("HTML is as it was sent: never show it unseen"));
  fields.push_back(string("icon_type").one_of({"character", "html"}));
  fields.push_back(string("colour").about("#RRGGBB or empty"));
  fields.push_back(integer("x").about("where a mood stands among the others"));
  fields.push_back(integer("y"));
  return fields;
}

void add_shapes(Table& table) {
  auto with_counts = tag_fields();
  for (const char* count : {"songs", "albums", "videos", "children"}) with_counts.push_back(integer(count));
  table.shape({.name = "Tag",
               .summary = "A genre, a subgenre or a mood, and how much has it.",
               .field = object(std::move(with_counts))});
  auto assigned = tag_fields();
  assigned.push_back(number("confidence").range(0, 1));
  assigned.push_back(integer("approval").about("0 guessed, 1 by a person or a file, 2 by training"));
  assigned.push_back(boolean("guessed"));
  assigned.push_back(
      boolean("derived").about("of an album: it follows from its songs, confidence is their share"));
  table.shape(
      {.name = "AssignedTag", .summary = "A tag as something has it.", .field = object(std::move(assigned))});
}

std::vector<Field> wanted(bool fresh) {
  std::vector<Field> fields;
  if (fresh) {
    fields.push_back(string("name").max(128));
    fields.push_back(integer("id").optional().about("not looked at"));
  } else {
    fields.push_back(integer("id"));
    fields.push_back(string("name").max(128).optional());
  }
  fields.push_back(string("kind").one_of({"genre", "subgenre", "mood"}).otherwise("\"genre\""));
  fields.push_back(integer("parent").optional().about("genre of a subgenre"));
  fields.push_back(string("icon").max(4096).optional());
  fields.push_back(string("icon_type").one_of({"character", "html"}).optional());
  fields.push_back(string("colour").max(7).optional());
  fields.push_back(integer("x").optional());
  fields.push_back(integer("y").optional());
  fields.push_back(integer("songs").optional().about("not looked at: a tag may be sent as it was listed"));
  return fields;
}

/// What the call gives replaces what `tag` has.
Tag with(Tag tag, const Call& call) {
  if (call.has("name")) tag.name = call.string("name");
  if (call.has("parent")) tag.parent = call.integer("parent");
  if (call.has("icon")) tag.icon = call.string("icon");
  if (call.has("icon_type"))
    tag.icon_type =
        call.string("icon_type") == "html" ? library::IconType::html : library::IconType::character;
  if (call.has("colour")) tag.colour = call.string("colour");
  if (call.has("x")) tag.x = static_cast<int>(call.integer("x"));
  if (call.has("y")) tag.y = static_cast<int>(call.integer("y"));
  return tag;
}

Result<json::value> done(const Result<void>& outcome) {
  if (!outcome) return outcome.error();
  return json::value(json::object{});
}
Field nothing() {
  return object(std::vector<Field>{});
}

/// Tags that were removed, the last first, for who takes it back. Touched by jobs that write only, one at a
/// time.
struct Removed {
  static constexpr std::size_t most_tags = 16, most_assignments = 500'000;
  std::deque<library::WholeTag> last;

  void keep(library::WholeTag whole) {
    last.push_front(std::move(whole));
    std::size_t sum = 0, fits = 0;
    for (const auto& one : last) {
      sum += one.on.size();
      if (fits == most_tags || (fits > 0 && sum > most_assignments)) break;
      ++fits;
    }
    last.resize(fits);
  }
};

void add_removing(Table& table, Context& context) {
  const auto removed = std::make_shared<Removed>();
  table.add({.name = "tag.remove",
             .summary = "Removes a tag with its subgenres from everything that has it.",
             .params = {integer("id")},
             .result = nothing(),
             .errors = {not_found, conflict, unavailable},
             .role = Role::dj,
             .handler = changing(context, [removed](auto& session, auto& changes, const Call& call) {
               auto whole = library::whole_tag(session, call.integer("id"));
               const auto outcome = library::remove_tag(session, call.integer("id"), changes);
               if (outcome) removed->keep(std::move(whole));
               return done(outcome);
             })});
  table.add({.name = "tag.restore",
             .summary =
                 "Brings back a tag that was removed, its subgenres and what had them. The server remembers "
                 "the last sixteen until it ends.",
             .params = {integer("id").about("as it was")},
             .result = object({integer("id").about("another if somebody has got that one meanwhile")}),
             .errors = {not_found, conflict, unavailable},
             .role = Role::dj,
             .handler = changing(
                 context, [removed](auto& session, auto& changes, const Call& call) -> Result<json::value> {
                   const auto one =
                       std::find_if(removed->last.begin(), removed->last.end(), [&](const auto& whole) {
                         return !whole.tags.empty() && whole.tags.front().id == call.integer("id");
                       });
                   if (one == removed->last.end()) return error(Errc::not_found, "it wasn't removed lately");
                   const auto id = library::put_back_tag(session, *one, changes);
                   if (!id) return id.error();
                   removed->last.erase(one);
                   return json::object{{"id", *id}};
                 })});
}

void add_tags(Table& table, Context& context) {
  table.add(
      {.name = "tag.list",
       .summary = "Genres, subgenres and moods.",
       .params = {string("kind").one_of({"genre", "subgenre", "mood"}).optional()},
       .result = object({array("tags", ref("Tag"))}),
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         json::array tags;
         for (const auto& entry : library::tag_statistics(session)) {
           if (call.has("kind") && kind_of(call.string("kind")) != entry.tag.kind) continue;
           auto tag = tag_json(entry.tag);
           tag["songs"] = entry.songs;
           tag["albums"] = entry.albums;
           tag["videos"] = entry.videos;
           tag["children"] = entry.children;
           tags.push_back(std::move(tag));
         }
         return json::object{{"tags", std::move(tags)}};
       })});
  table.add({.name = "tag.create",
             .summary = "Makes a genre, a subgenre of one, or a mood.",
             .params = wanted(true),
             .result = object({integer("id")}),
             .errors = {conflict, unavailable},
             .role = Role::dj,
             .handler =
                 changing(context, [](auto& session, auto& changes, const Call& call) -> Result<json::value> {
                   Tag fresh;
                   fresh.kind = kind_of(call.string("kind"));
                   const auto id = library::create_tag(session, with(std::move(fresh), call), changes);
                   if (!id) return id.error();
                   return json::object{{"id", *id}};
                 })});
  table.add({.name = "tag.change",
             .summary = "Changes a tag; what isn't given stays, and its kind always does.",
             .params = wanted(false),
             .result = nothing(),
             .errors = {not_found, conflict, unavailable},
             .role = Role::dj,
             .handler =
                 changing(context, [](auto& session, auto& changes, const Call& call) -> Result<json::value> {
                   auto tag = library::tag(session, call.integer("id"));
                   if (!tag) return tag.error();
                   return done(library::change_tag(session, with(std::move(*tag), call), changes));
                 })});
}

/// Exactly one of track, album and video.
Result<std::pair<library::Tagged, std::int64_t>> target(const Call& call) {
  using library::Tagged;
  const int given = call.has("track") + call.has("album") + call.has("video");
  if (given != 1) return error(Errc::invalid, "exactly one of track, album and video is needed");
  if (call.has("track")) return std::pair{Tagged::song, call.integer("track")};
  if (call.has("album")) return std::pair{Tagged::album, call.integer("album")};
  return std::pair{Tagged::video, call.integer("video")};
}

void add_assigning(Table& table, Context& context) {
  const auto targets = [](std::vector<Field> more) {
    for (const char* what : {"track", "album", "video"}) more.push_back(integer(what).optional());
    return more;
  };
  std::vector<Field> assign;
  assign.push_back(integer("tag"));
  assign.push_back(
      integer("approval").range(0, 2).otherwise("1").about("0 guessed, 1 by a person, 2 by training"));
  assign.push_back(number("confidence").range(0, 1).otherwise("1"));
  table.add({.name = "tag.assign",
             .summary =
                 "Gives a track, an album or a video a tag; a subgenre brings its genre. A lower approval "
                 "never replaces a higher one.",
             .params = targets(std::move(assign)),
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler =
                 changing(context, [](auto& session, auto& changes, const Call& call) -> Result<json::value> {
                   const auto what = target(call);
                   if (!what) return what.error();
                   return done(library::assign(session, what->first, what->second, call.integer("tag"),
                                               static_cast<library::Approval>(call.integer("approval")),
                                               call.number("confidence"), changes));
                 })});
  std::vector<Field> unassign;
  unassign.push_back(integer("tag"));
  table.add({.name = "tag.unassign",
             .summary = "Takes a tag away, also one that the file names: it stays away over scans.",
             .params = targets(std::move(unassign)),
             .result = nothing(),
             .errors = {not_found, unavailable},
             .role = Role::dj,
             .handler =
                 changing(context, [](auto& session, auto& changes, const Call& call) -> Result<json::value> {
                   const auto what = target(call);
                   if (!what) return what.error();
                   return done(
                       library::unassign(session, what->first, what->second, call.integer("tag"), changes));
                 })});
  table.add(
      {.name = "tag.of",
       .summary = "The tags of a track, an album or a video.",
       .params = targets({}),
       .result = object({array("tags", ref("AssignedTag"))}),
       .run = Run::store,
       .handler = reading(context, [](store::Session& session, const Call& call) -> Result<json::value> {
         const auto what = target(call);
         if (!what) return what.error();
         json::array tags;
         for (const auto& one : library::assigned(session, what->first, what->second))
           tags.push_back(assigned_json(one));
         return json::object{{"tags", std::move(tags)}};
       })});
}

}  // namespace

json::object assigned_json(const library::Assigned& assigned) {
  auto tag = tag_json(assigned.tag);
  tag["confidence"] = assigned.confidence;
  tag["approval"] = static_cast<int>(assigned.approval);
  tag["guessed"] = assigned.approval == library::Approval::guessed;
  tag["derived"] = assigned.derived;
  return tag;
}

void add_tag_methods(Table& table, Context& context) {
  add_shapes(table);
  add_tags(table, context);
  add_removing(table, context);
  add_assigning(table, context);
}

}  // namespace longwave::api
