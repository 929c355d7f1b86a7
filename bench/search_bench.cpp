// rooms: library store audio base
// SPDX-License-Identifier: Apache-2.0
//
// Searching and browsing in generated libraries, in CPU time of the reading thread: search_bench [TRACKS ...]
// (10000 100000 1000000). A path instead of a number: the store that lies there, with as many tracks as it
// has.
#include "library/browse.hpp"
#include "library/library.hpp"
#include "library/queries.hpp"
#include "library/spelling.hpp"
#include "store/store.hpp"

#include <fmt/core.h>

#include <time.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace longwave;
using Int = std::int64_t;

namespace {

/// Words as they are spread in language: few that are everywhere, many that are rare.
class Words {
 public:
  explicit Words(std::size_t count) {
    const std::vector<std::string> begin = {"b", "c", "d", "f", "g", "h", "j",  "k",  "l",  "m",  "n", "p",
                                            "r", "s", "t", "v", "w", "z", "th", "st", "br", "ch", "é"};
    const std::vector<std::string> middle = {"a", "e", "i", "o", "u", "ai", "ou", "ea", "ö"};
    const std::vector<std::string> end = {"", "", "n", "s", "r", "ng"};
    std::mt19937 chance(1);
    const auto one = [&](const auto& of) { return of[chance() % of.size()]; };
    for (std::size_t i = 0; i < count; ++i) {
      std::string word;
      for (unsigned n = 1 + chance() % 4; n > 0; --n) word += one(begin) + one(middle);
      words_.push_back(word + one(end));
      double before = sums_.empty() ? 0 : sums_.back();
      sums_.push_back(before + 1 / std::pow(static_cast<double>(i + 1), 0.8));
    }
  }
  const std::string& pick(std::mt19937& chance) const {
    const double at = std::uniform_real_distribution<double>(0, sums_.back())(chance);
    return words_[static_cast<std::size_t>(std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin())];
  }
  const std::string& any(std::mt19937& chance) const { return words_[chance() % words_.size()]; }

 private:
  std::vector<std::string> words_;
  std::vector<double> sums_;
};

struct Figures {
  double median = 0, p99 = 0, worst = 0;
  std::size_t count = 0;
};

Figures figures(std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  return {ms[ms.size() / 2], ms[std::min(ms.size() - 1, ms.size() * 99 / 100)], ms.back(), ms.size()};
}

/// What this thread worked: the time it takes when nobody else wants the processor.
double milliseconds(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  };
  const double began = now();
  work();
  return now() - began;
}

void row(int tracks, const std::string& what, const Figures& f) {
  fmt::print("| {} | {} | {} | {:.2f} ms | {:.2f} ms | {:.2f} ms |\n", tracks, what, f.count, f.median, f.p99,
             f.worst);
  std::fflush(stdout);
}

/// Without the full-text index: it is made of all rows at once at the end, which is several times faster.
void fill(store::Store& store, int tracks, const Words& words) {
  std::mt19937 chance(2);
  std::vector<std::string> triggers;
  store.write_now([&](store::Session& s) {
    s.each<std::string>(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'library_track_text%'",
        [&](std::string sql) { triggers.push_back(std::move(sql)); });
    for (const char* event : {"insert", "delete", "update"})
      s.run(std::string("DROP TRIGGER library_track_text_") + event);
  });
  library::WordLearner learner;
  store.write_now([&](store::Session& s) {
    for (int g = 0; g < 60; ++g) {
      const std::string name = "Genre " + std::to_string(g);
      s.run("INSERT INTO library_tag(id, kind, name, fold) VALUES (:id, :kind, :name, :fold)", 100 + g,
            g < 40 ? 1 : 3, name, "genre " + std::to_string(g));
    }
  });
  std::string artist, album;
  for (int from = 0; from < tracks; from += 20'000) {
    store.write_now([&](store::Session& s) {
      for (int i = from; i < std::min(from + 20'000, tracks); ++i) {
        const int artist_id = i / 36 + 1, album_id = i / 12 + 1;
        if (i % 36 == 0) {
          artist = words.pick(chance) + ' ' + words.any(chance);
          s.run("INSERT INTO library_artist(id, name, fold, sort) VALUES (:id, :n, :f, :s)", artist_id,
                artist, artist + std::to_string(artist_id), artist);
        }
        if (i % 12 == 0) {
          album = words.pick(chance) + ' ' + words.pick(chance);
          s.run("INSERT INTO library_folder(id, path) VALUES (:id, :path)", album_id,
                "/m/" + std::to_string(album_id));
          s.run(
              "INSERT INTO library_album(id, key, title, sort, artist_id, by_folder) VALUES (:id, :k, :t, "
              ":s, :a, 0)",
              album_id, std::to_string(album_id), album, album, artist_id);
        }
        const std::string title = words.pick(chance) + ' ' + words.pick(chance) + ' ' + words.pick(chance);
        s.run(
            "INSERT INTO library_track(folder_id, name, size, mtime, inode, identity, title, artist, "
            "artist_id, "
            "album_artist, album, album_id, track, disc, year, genre, duration_ms, format, sample_rate, "
            "channels, "
            "bitrate_kbps, art, art_embedded, added_ms) VALUES (:folder, :name, 1, 1, 1, :identity, :title, "
            ":artist, "
            ":artist_id, '', :album, :album_id, :track, 1, :year, 'Rock', :duration, 'mp3', 44100, 2, 128, "
            ":art, 0, "
            ":added)",
            album_id, std::to_string(i) + ".mp3", i + 1, title, artist, artist_id, album, album_id,
            i % 12 + 1, 1950 + static_cast<int>(chance() % 75),
            120'000 + static_cast<Int>(chance() % 300'000), std::to_string(album_id), 1'700'000'000'000 + i);
        s.run(
            "INSERT INTO library_tagging(what, target_id, tag_id, from_file, confidence, approval) VALUES "
            "(0, :track, "
            ":tag, 1, 1, 1)",
            i + 1, 100 + static_cast<int>(chance() % 40));
        if (i % 10 == 0) {
          s.run(
              "INSERT INTO library_tagging(what, target_id, tag_id, from_file, confidence, approval) VALUES "
              "(0, "
              ":track, :tag, 0, 1, 1)",
              i + 1, 140 + static_cast<int>(chance() % 20));
        }
        for (const std::string* text : std::initializer_list<const std::string*>{&title, &artist, &album})
          learner.learn(s, *text);
      }
    });
  }
  store.write_now([&](store::Session& s) {
    s.run("INSERT INTO library_track_text(library_track_text) VALUES ('rebuild')");
    for (const auto& trigger : triggers) s.run(trigger);
  });
}

std::string first_letters(const std::string& word, std::size_t count) {
  std::size_t at = 0;
  while (count > 0 && at < word.size()) {
    ++at;
    while (at < word.size() && (static_cast<unsigned char>(word[at]) & 0xc0) == 0x80) ++at;
    --count;
  }
  return word.substr(0, at);
}

std::string mistyped(std::string word, std::mt19937& chance) {
  const std::size_t at = chance() % word.size();
  const char letter = static_cast<char>('a' + chance() % 26);
  switch (chance() % 3) {
    case 0:
      word[at] = letter;
      break;
    case 1:
      word.erase(at, 1);
      break;
    default:
      word.insert(at, 1, letter);
  }
  return word;
}

void bench_search(store::Session& s, int tracks, const Words& words) {
  constexpr int rounds = 300;
  std::mt19937 chance(3);
  std::vector<double> all;
  const auto kind = [&](const char* what, const std::function<std::string()>& question) {
    std::vector<double> ms;
    for (int i = 0; i < rounds; ++i) {
      const std::string text = question();
      ms.push_back(milliseconds([&] { (void)library::search(s, text, {.limit = 50}, 1'800'000'000'000); }));
    }
    all.insert(all.end(), ms.begin(), ms.end());
    row(tracks, what, figures(ms));
  };
  const auto ascii_word = [&](std::size_t least) {
    for (;;) {
      const std::string& word = words.pick(chance);
      const bool plain =
          std::ranges::all_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      if (plain && word.size() >= least) return word;
    }
  };
  kind("one letter", [&] { return first_letters(words.pick(chance), 1); });
  kind("two letters", [&] { return first_letters(words.pick(chance), 2); });
  kind("three letters", [&] { return first_letters(words.pick(chance), 3); });
  kind("a word", [&] { return words.pick(chance); });
  kind("a rare word", [&] { return words.any(chance); });
  kind("two words", [&] { return words.pick(chance) + ' ' + words.pick(chance); });
  kind("a word and the beginning of one",
       [&] { return words.pick(chance) + ' ' + first_letters(words.pick(chance), 2); });
  kind("a mistyped word", [&] { return mistyped(ascii_word(5), chance); });
  kind("two words, one mistyped", [&] { return words.pick(chance) + ' ' + mistyped(ascii_word(5), chance); });
  kind("artist:a year:x..y -b", [&] {
    const int year = 1950 + static_cast<int>(chance() % 60);
    return fmt::format("artist:{} year:{}..{} -{}", words.pick(chance), year, year + 10, words.pick(chance));
  });
  kind("word genre:g",
       [&] { return fmt::format("{} genre:\"genre {}\"", words.pick(chance), chance() % 40); });
  row(tracks, "**all of these**", figures(all));
}

void bench_browse(store::Session& s, int tracks) {
  std::mt19937 chance(4);
  const auto kind = [&](const char* what, const std::function<void()>& work) {
    std::vector<double> ms;
    for (int i = 0; i < 15; ++i) ms.push_back(milliseconds(work));
    row(tracks, what, figures(ms));
  };
  const Int any_album = tracks / 24, any_artist = tracks / 72;
  kind("all tracks, first page", [&] { (void)library::search(s, ""); });
  kind("all tracks, a page in the middle",
       [&] { (void)library::search(s, "", {.limit = 50, .offset = tracks / 2}); });
  kind("artists, first page", [&] { (void)library::artists(s); });
  kind("artists, a page in the middle",
       [&] { (void)library::artists(s, {}, {.limit = 50, .offset = any_artist}); });
  kind("albums, first page", [&] { (void)library::albums(s); });
  kind("albums, a page in the middle",
       [&] { (void)library::albums(s, {}, {.limit = 50, .offset = any_album}); });
  kind("albums of an artist", [&] { (void)library::albums(s, {.text = {}, .artist = any_artist}); });
  kind("tracks of an album", [&] { (void)library::album(s, any_album); });
  kind("genres with counts", [&] { (void)library::genres(s); });
  kind("moods with counts", [&] { (void)library::moods(s); });
  kind("years with counts", [&] { (void)library::years(s); });
  kind("albums of a genre",
       [&] { (void)library::albums(s, {.text = {}, .genre = 100 + static_cast<Int>(chance() % 40)}); });
  kind("albums of a year",
       [&] { (void)library::albums(s, {.text = {}, .year = 1950 + static_cast<int>(chance() % 75)}); });
}

Words words_of(int tracks) {
  return Words(static_cast<std::size_t>(std::clamp(tracks / 4, 20'000, 250'000)));
}

void ask(store::Store& store, int tracks, const Words& words) {
  store.read_now([&](store::Session& s) {
    bench_search(s, tracks, words);
    bench_browse(s, tracks);
  });
}

void bench(int tracks) {
  const fs::path file = fs::temp_directory_path() / fmt::format("longwave-search-bench-{}.db", tracks);
  const auto forget = [&] {
    for (const char* ending : {"", "-wal", "-shm"}) fs::remove(file.string() + ending);
  };
  forget();
  {
    store::Store store({.file = file}, {{"library", library::migrations()}});
    const Words words = words_of(tracks);
    fill(store, tracks, words);
    ask(store, tracks, words);
    store.close();
  }
  forget();
}

void bench_there(const fs::path& file) {
  store::Store store({.file = file}, {{"library", library::migrations()}});
  const auto tracks = store.read_now(
      [](store::Session& s) { return s.value<int>("SELECT COUNT(*) FROM library_track").value_or(0); });
  ask(store, tracks, words_of(tracks));
  store.close();
}

}  // namespace

int main(int argc, char** argv) {
  fmt::print("| tracks | what | times | median | p99 | worst |\n|---|---|---|---|---|---|\n");
  if (argc == 1) {
    for (const int tracks : {10'000, 100'000, 1'000'000}) bench(tracks);
  }
  for (int i = 1; i < argc; ++i) {
    const int tracks = std::atoi(argv[i]);
    tracks > 0 ? bench(tracks) : bench_there(argv[i]);
  }
}
