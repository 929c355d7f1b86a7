// SPDX-License-Identifier: Apache-2.0
// Section "Tags" of the function table.
#include "library/tagging.hpp"
#include "dialects/musicdb/function.hpp"
#include "dialects/musicdb/icon.hpp"

#include <boost/json.hpp>

#include <string>

namespace longwave::musicdb {
namespace {

using library::Changes;
using library::Tag;
using library::TagClass;
using library::Tagged;

Value done(const Result<void>& result) {
  if (!result) return result.error();
  return nullptr;
}

Value made(const Result<std::int64_t>& id) {
  if (!id) return id.error();
  return nullptr;
}

template <Tagged what>
Value set_tag(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  constexpr auto key = what == Tagged::song ? "songid" : what == Tagged::album ? "albumid" : "videoid";
  const auto approval = arguments.has("approval") ? arguments.integer("approval") : 1;
  if (approval < 0 || approval > 2) return error(Errc::invalid, "the approval is 0, 1 or 2");
  if (approval == 0 && !arguments.has("confidence"))
    return error(Errc::invalid, "a guess needs its confidence");
  const auto confidence = arguments.optional_number("confidence").value_or(1.0);
  return done(library::assign(session, what, arguments.integer(key), arguments.integer("tagid"),
                              static_cast<library::Approval>(approval), confidence, changes));
}

template <Tagged what>
Value remove_tag(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  constexpr auto key = what == Tagged::song ? "songid" : what == Tagged::album ? "albumid" : "videoid";
  return done(library::unassign(session, what, arguments.integer(key), arguments.integer("tagid"), changes));
}

Value add_genre(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  Tag tag;
  tag.name = arguments.text("name");
  tag.kind = TagClass::genre;
  return made(library::create_tag(session, tag, changes));
}

Value add_subgenre(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  const auto parent = library::tag_named(session, TagClass::genre, arguments.text("parentname"));
  if (!parent) return error(Errc::not_found, "there is no such genre");
  Tag tag;
  tag.name = arguments.text("name");
  tag.kind = TagClass::subgenre;
  tag.parent = parent->id;
  return made(library::create_tag(session, tag, changes));
}

/// An icon that is one character, or an entity of it, or HTML.
void set_icon(Tag& tag, const std::string& icon) {
  const bool html = icon.find('<') != std::string::npos || icon.find('&') != std::string::npos;
  tag.icon_type = html ? library::IconType::html : library::IconType::character;
  tag.icon = html ? safe_html_icon(icon) : safe_character_icon(icon);
}

Value add_mood(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  Tag tag;
  tag.name = arguments.text("name");
  tag.kind = TagClass::mood;
  set_icon(tag, arguments.text("icon"));
  tag.colour = arguments.text("color");
  tag.x = static_cast<int>(arguments.integer("posx"));
  tag.y = static_cast<int>(arguments.integer("posy"));
  return made(library::create_tag(session, tag, changes));
}

Result<void> set_attribute(Tag& tag, const std::string& name, const Arguments& arguments) {
  const auto& value = arguments.value("value");
  const auto number = id_of(value);
  const auto text = arguments.optional_text("value");
  if (name == "name" && text)
    tag.name = *text;
  else if (name == "icon" && text)
    set_icon(tag, *text);
  else if (name == "icontype" && number && (*number == 1 || *number == 2))
    tag.icon_type = static_cast<library::IconType>(*number);
  else if (name == "color" && (text || value.is_null()))
    tag.colour = text.value_or("");
  else if (name == "posx" && number)
    tag.x = static_cast<int>(*number);
  else if (name == "posy" && number)
    tag.y = static_cast<int>(*number);
  else if (name == "parentid" && (number || value.is_null()))
    tag.parent = number.value_or(0);
  else
    return error(Errc::invalid, "there is no such attribute, or the value is none for it");
  return {};
}

Value modify_tag(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  auto tag = library::tag(session, arguments.integer("tagid"));
  if (!tag) return tag.error();
  if (auto set = set_attribute(*tag, arguments.text("attribute"), arguments); !set) return set.error();
  return done(library::change_tag(session, *tag, changes));
}

Value delete_tag(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  return done(library::remove_tag(session, arguments.integer("tagid"), changes));
}

const std::vector<Parameter> of_song = {{"songid", Kind::integer},
                                        {"tagid", Kind::integer},
                                        {"approval", Kind::integer, true},
                                        {"confidence", Kind::number, true}};

const Function table[] = {
    {"SetSongTag", of_song, set_tag<Tagged::song>, {"GetSong", true}},
    {"RemoveSongTag",
     {{"songid", Kind::integer}, {"tagid", Kind::integer}},
     remove_tag<Tagged::song>,
     {"GetSong", true}},
    {"SetAlbumTag",
     {{"albumid", Kind::integer}, {"tagid", Kind::integer}},
     set_tag<Tagged::album>,
     {"GetAlbum", true}},
    {"RemoveAlbumTag",
     {{"albumid", Kind::integer}, {"tagid", Kind::integer}},
     remove_tag<Tagged::album>,
     {"GetAlbum", true}},
    {"SetVideoTag",
     {{"videoid", Kind::integer}, {"tagid", Kind::integer}},
     set_tag<Tagged::video>,
     {"GetVideo", true}},
    {"RemoveVideoTag",
     {{"videoid", Kind::integer}, {"tagid", Kind::integer}},
     remove_tag<Tagged::video>,
     {"GetVideo", true}},
    {"AddGenre", {{"name", Kind::text}}, add_genre, {"GetTags", true}},
    {"AddSubgenre", {{"name", Kind::text}, {"parentname", Kind::text}}, add_subgenre, {"GetTags", true}},
    {"AddMoodFlag",
     {{"name", Kind::text},
      {"icon", Kind::text},
      {"color", Kind::text_or_null},
      {"posx", Kind::integer},
      {"posy", Kind::integer}},
     add_mood,
     {"GetTags", true}},
    {"ModifyTag",
     {{"tagid", Kind::integer}, {"attribute", Kind::text}, {"value", Kind::any}},
     modify_tag,
     {"GetTags", true}},
    {"DeleteTag", {{"tagid", Kind::integer}}, delete_tag, {"GetTags", true}},
};

}  // namespace

std::span<const Function> tag_functions() {
  return table;
}

}  // namespace longwave::musicdb
