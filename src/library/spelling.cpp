// SPDX-License-Identifier: Apache-2.0
#include "library/spelling.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <optional>

namespace longwave::library {

namespace {

constexpr std::size_t shortest_mistyped = 5;
constexpr std::size_t shortest_kept = 4;  ///< letters; one of them may have been typed too much
constexpr std::size_t longest_kept = 40;  ///< bytes
constexpr std::size_t most_near = 24;
/// Bytes behind every letter of UTF-8.
constexpr std::string_view past_all = "\xf4\x8f\xbf\xbf";

std::vector<std::string_view> letters(std::string_view word) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < word.size();) {
    std::size_t end = at + 1;
    while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80) ++end;
    parts.push_back(word.substr(at, end - at));
    at = end;
  }
  return parts;
}

/// Spaces, quotes, dashes and the like beyond ASCII, as they stand in titles.
bool separates(std::string_view letter) {
  return letter.starts_with("\xe2\x80") || letter.starts_with("\xe2\x81") || letter.starts_with("\xe3\x80") ||
         (letter.size() == 2 && letter[0] == '\xc2');
}

std::optional<std::string> first_from(store::Session& session, std::string_view word) {
  return session.value<std::string>("SELECT word FROM library_word WHERE word >= :word ORDER BY word LIMIT 1",
                                    word);
}

/// Walks along the typed word and tries every single change at every place whose beginning exists.
class Near {
 public:
  Near(store::Session& session, std::string_view word)
      : session_(session), word_(word), letters_(letters(word)) {}

  std::vector<std::string> find() {
    std::string before;
    for (std::size_t i = 0; i < letters_.size() && found_.size() < most_near; ++i) {
      const std::string_view letter = letters_[i];
      const auto rest = word_.substr(before.size()), behind = rest.substr(letter.size());
      if (i + 1 < letters_.size()) {
        const auto next = letters_[i + 1];
        attempt(before + std::string(next) + std::string(letter) + std::string(behind.substr(next.size())));
      }
      attempt(before + std::string(behind));
      branch(before, letter, rest, behind);
      before += letter;
      if (!begins_a_word(session_, before)) break;
    }
    return std::move(found_);
  }

 private:
  /// Every letter that follows `before` somewhere, in the place of `letter` and in front of it.
  void branch(const std::string& before, std::string_view letter, std::string_view rest,
              std::string_view behind) {
    std::string from = before;
    for (;;) {
      const auto word = first_from(session_, from);
      if (!word || !word->starts_with(before)) return;
      if (word->size() == before.size()) {
        from = *word + '\x01';
        continue;
      }
      const std::string other(letters(std::string_view(*word).substr(before.size())).front());
      if (other != letter) attempt(before + other + std::string(behind));
      attempt(before + other + std::string(rest));
      from = before + other + std::string(past_all);
    }
  }

  void attempt(const std::string& word) {
    if (word == word_ || found_.size() >= most_near || std::ranges::find(found_, word) != found_.end())
      return;
    if (begins_a_word(session_, word)) found_.push_back(word);
  }

  store::Session& session_;
  std::string_view word_;
  std::vector<std::string_view> letters_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
  return split_words(plain_letters(text::to_utf8(text)));
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const auto letter : letters(text)) {
    const auto c = static_cast<unsigned char>(letter.front());
    const bool inside =
        c >= 0x80 ? !separates(letter) : (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (inside) {
      word += letter;
    } else {
      end();
    }
  }
  end();
  return words;
}

bool begins_a_word(store::Session& session, std::string_view folded) {
  const auto first = first_from(session, folded);
  return first && first->starts_with(folded);
}

std::vector<std::string> near_words(store::Session& session, std::string_view folded) {
  if (folded.size() > longest_kept || letters(folded).size() < shortest_mistyped) return {};
  return Near(session, folded).find();
}

void WordLearner::learn(store::Session& session, std::string_view text) {
  for (auto& word : search_words(text)) {
    if (word.size() > longest_kept || letters(word).size() < shortest_kept) continue;
    const auto [it, fresh] = seen_.insert(std::move(word));
    if (fresh) session.run("INSERT INTO library_word(word) VALUES (:word) ON CONFLICT DO NOTHING", *it);
  }
}

}  // namespace longwave::library
