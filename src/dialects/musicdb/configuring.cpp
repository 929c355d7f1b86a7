// SPDX-License-Identifier: Apache-2.0
// Section "State" of the function table: filters and configurations.
#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/filter.hpp"
#include "dialects/musicdb/randy.hpp"
#include "library/tagging.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr std::string_view subgenre_category = "SubgenreFilter:";

void set_rules(Core& core, schedule::RandomRules rules, json::value value, Answer answer) {
  core.steering().set_random(
      std::move(rules), [value = std::move(value), answer = std::move(answer)](Result<void> set) mutable {
        if (!set) return answer(set.error());
        answer(std::move(value));
      });
}

/// Genres that are on belong to the station's rules: what is drawn follows them at once.
void set_genre(Core& core, const std::vector<library::Tag>& tags, const library::Tag& genre, bool on,
               Answer answer) {
  auto rules = core.steering().random();
  std::erase_if(rules.genres, [&](const auto& each) { return each.genre == genre.id; });
  if (on) rules.genres.push_back(genre_filter(tags, genre, core.kept()));
  set_rules(core, std::move(rules), nullptr, std::move(answer));
}

/// Finds the genre among the tags, then goes on with `use`.
void with_genre(Core& core, std::string name,
                UniqueFunction<void(const std::vector<library::Tag>&, const library::Tag&, Answer)> use,
                Answer answer) {
  auto tags = std::make_shared<std::vector<library::Tag>>();
  core.read(
      [tags](store::Session& session) -> Value {
        *tags = library::tags(session);
        return nullptr;
      },
      [tags, name = std::move(name), use = std::move(use), answer = std::move(answer)](Value read) mutable {
        if (!read) return answer(read.error());
        const auto found = std::find_if(tags->begin(), tags->end(), [&](const auto& tag) {
          return tag.kind == library::TagClass::genre && tag.name == name;
        });
        if (found == tags->end()) return answer(error(Errc::not_found, "there is no such genre"));
        use(*tags, *found, std::move(answer));
      });
}

void set_subgenre(Core& core, const std::string& genre, const std::string& name, bool on, Answer answer) {
  auto kept = with_subgenre(core.kept(), genre, name, on);
  if (!kept) return answer(kept.error());
  core.keep(std::move(*kept), nullptr, [&core, genre, answer = std::move(answer)](Value done) mutable {
    if (!done) return answer(done.error());
    with_genre(
        core, genre,
        [&core](const std::vector<library::Tag>& tags, const library::Tag& tag, Answer last) {
          const auto& on_air = core.steering().random().genres;
          const bool is_on = std::any_of(on_air.begin(), on_air.end(),
                                         [&](const auto& each) { return each.genre == tag.id; });
          if (!is_on) return last(nullptr);
          set_genre(core, tags, tag, true, std::move(last));
        },
        std::move(answer));
  });
}

void set_state(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto category = arguments.text("category");
  const auto name = arguments.text("name");
  const auto& value = arguments.value("value");
  if (category == "MusicDB" && name == "uimode") {
    auto kept = with_ui_mode(core.kept(), value);
    if (!kept) return answer(kept.error());
    return core.keep(std::move(*kept), nullptr, std::move(answer));
  }
  const auto number = value.is_bool() ? std::optional<std::int64_t>(value.get_bool()) : id_of(value);
  if (!number || *number < 0 || *number > 1)
    return answer(error(Errc::invalid, "the value is neither true nor false"));
  const bool on = *number == 1;
  if (category.starts_with(subgenre_category))
    return set_subgenre(core, category.substr(subgenre_category.size()), name, on, std::move(answer));
  if (category != "GenreFilter") return answer(error(Errc::invalid, "there is no such category"));
  with_genre(
      core, name,
      [&core, on](const std::vector<library::Tag>& tags, const library::Tag& genre, Answer last) {
        set_genre(core, tags, genre, on, std::move(last));
      },
      std::move(answer));
}

void load_web_ui(Core& core, ClientId, const Arguments&, Answer answer) {
  answer(core.kept().web_ui);
}

void save_web_ui(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  auto checked = check_configuration(arguments.value("config"), default_web_ui());
  if (!checked) return answer(checked.error());
  auto kept = core.kept();
  kept.web_ui = *checked;
  core.keep(std::move(kept), std::move(*checked), std::move(answer));
}

void load_randy(Core& core, ClientId, const Arguments&, Answer answer) {
  answer(randy_json(core.steering().random()));
}

void save_randy(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  auto rules = read_randy(arguments.value("config"), core.steering().random());
  if (!rules) return answer(rules.error());
  auto stored = randy_json(*rules);
  set_rules(core, std::move(*rules), std::move(stored), std::move(answer));
}

const Function table[] = {
    {"SetMDBState",
     {{"category", Kind::text}, {"name", Kind::text}, {"value", Kind::any}},
     set_state,
     {"GetMDBState", true}},
    {"LoadWebUIConfiguration", {}, load_web_ui},
    {"SaveWebUIConfiguration", {{"config", Kind::object}}, save_web_ui},
    {"LoadRandyConfiguration", {}, load_randy},
    {"SaveRandyConfiguration", {{"config", Kind::object}}, save_randy},
};

}  // namespace

std::span<const Function> configuration_functions() {
  return table;
}

}  // namespace longwave::musicdb
