// SPDX-License-Identifier: Apache-2.0
#include "library/text_index.hpp"

#include "library/spelling.hpp"

#include <optional>

namespace longwave::library {

const std::string_view sqlite_text_index = R"sql(
CREATE VIRTUAL TABLE library_track_text USING fts5(title, artist, album, album_artist,
  content = 'library_track', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3');
CREATE TRIGGER library_track_text_insert AFTER INSERT ON library_track BEGIN
  INSERT INTO library_track_text(rowid, title, artist, album, album_artist)
    VALUES (new.id, new.title, new.artist, new.album, new.album_artist);
END;
CREATE TRIGGER library_track_text_delete AFTER DELETE ON library_track BEGIN
  INSERT INTO library_track_text(library_track_text, rowid, title, artist, album, album_artist)
    VALUES ('delete', old.id, old.title, old.artist, old.album, old.album_artist);
END;
CREATE TRIGGER library_track_text_update AFTER UPDATE OF title, artist, album, album_artist ON library_track
WHEN old.title <> new.title OR old.artist <> new.artist OR old.album <> new.album
  OR old.album_artist <> new.album_artist BEGIN
  INSERT INTO library_track_text(library_track_text, rowid, title, artist, album, album_artist)
    VALUES ('delete', old.id, old.title, old.artist, old.album, old.album_artist);
  INSERT INTO library_track_text(rowid, title, artist, album, album_artist)
    VALUES (new.id, new.title, new.artist, new.album, new.album_artist);
END;
)sql";

// The words are cut here and not by PostgreSQL's parser, which knows addresses and numbers where there are
// none and goes by the server's locale. What lies between two words is what split_words() takes for it. A
// thousand places apart, so that no phrase reaches from one column into the next.
const std::string_view postgresql_text_index = R"sql(
CREATE FUNCTION library_plain(x text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT normalize(regexp_replace(normalize(lower(x COLLATE "und-x-icu"), NFD), '[\u0300-\u036f]+', '', 'g'), NFC)
$$;
CREATE FUNCTION library_words(title text, artist text, album text, album_artist text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg('''' || left(word, 200) || ''':' || least(place + first, 16383) || weight, ' '), '')::tsvector
  FROM (VALUES (title, 'A', 0), (artist, 'B', 1000), (album, 'C', 2000), (album_artist, 'D', 3000))
    AS texts(written, weight, first),
    regexp_split_to_table(library_plain(written),
      '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u207f\u3000-\u303f]+')
      WITH ORDINALITY AS words(word, place)
  WHERE word <> ''
$$;
CREATE TABLE library_track_text (rowid bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX library_track_text_words ON library_track_text USING gin(words);
CREATE FUNCTION library_track_text_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM library_track_text WHERE rowid = old.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO library_track_text(rowid, words)
      VALUES (new.id, library_words(new.title, new.artist, new.album, new.album_artist));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER library_track_text_kept AFTER INSERT OR DELETE ON library_track
  FOR EACH ROW EXECUTE FUNCTION library_track_text_kept();
CREATE TRIGGER library_track_text_update AFTER UPDATE OF title, artist, album, album_artist ON library_track
  FOR EACH ROW WHEN (old.title <> new.title OR old.artist <> new.artist OR old.album <> new.album
    OR old.album_artist <> new.album_artist) EXECUTE FUNCTION library_track_text_kept();
)sql";

namespace {

constexpr std::string_view every_weight = "ABCD";
/// A lexeme that no text has.
constexpr std::string_view nothing = "'-'";

/// Reads a question and writes a tsquery.
class Question {
 public:
  explicit Question(std::string_view text) : rest_(text) {}
  std::string run() {
    const std::string query = any(std::string(every_weight));
    return query.empty() ? std::string(nothing) : query;
  }

 private:
  void skip() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool take(std::string_view word) {
    skip();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string any(const std::string& weights) {
    std::string query = all(weights);
    while (take("OR ")) query += " | " + all(weights);
    return query;
  }

  std::string all(const std::string& weights) {
    std::string query = one(weights);
    while (true) {
      if (take("AND ")) {
        query += " & " + one(weights);
      } else if (take("NOT ")) {
        query += " & !" + one(weights);
      } else {
        return query;
      }
    }
  }

  std::string one(const std::string& weights) {
    if (take("(")) {
      std::string query = '(' + any(weights) + ')';
      take(")");
      return query;
    }
    if (take("\"")) return words(weights);
    constexpr std::pair<std::string_view, char> columns[] = {
        {"title :", 'A'}, {"artist :", 'B'}, {"album_artist :", 'D'}, {"album :", 'C'}};
    for (const auto& [column, weight] : columns) {
      if (!take(column)) continue;
      const bool within = weights.find(weight) != std::string::npos;
      return one(within ? std::string(1, weight) : std::string());
    }
    rest_ = {};  // no question of ours
    return std::string(nothing);
  }

  /// Of one word or a phrase, up to its quote; only the last may go on.
  std::string words(const std::string& weights) {
    const auto end = rest_.find('"');
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    const bool begins = rest_.starts_with('*');
    if (begins) rest_.remove_prefix(1);
    const auto parts = split_words(text);
    if (parts.empty() || weights.empty()) return std::string(nothing);
    std::string query;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      query += (i == 0 ? "'" : " <-> '") + parts[i] + '\'';
      const bool open = begins && i + 1 == parts.size();
      const bool some = weights != every_weight;
      if (open || some) query += std::string(":") + (open ? "*" : "") + (some ? weights : "");
    }
    return parts.size() > 1 ? '(' + query + ')' : query;
  }

  std::string_view rest_;
};

std::string as_query(const std::string& parameter) {
  return "CAST(library_plain(" + parameter + ") AS tsquery)";
}

}  // namespace

std::string text_question(store::DatabaseKind kind, std::string_view question) {
  return kind == store::DatabaseKind::sqlite ? std::string(question) : Question(question).run();
}

std::string text_matches(store::DatabaseKind kind, const std::string& parameter) {
  if (kind == store::DatabaseKind::sqlite) return "library_track_text MATCH " + parameter;
  return "words @@ " + as_query(parameter);
}

std::string postgresql_best_first(const std::string& parameter) {
  return "ts_rank('{0.2, 0.4, 0.6, 1.0}', words, " + as_query(parameter) + ", 1) DESC";
}

}  // namespace longwave::library
