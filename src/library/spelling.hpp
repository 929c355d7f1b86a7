// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace longwave::store {
class Session;
}

/// The words of the library's titles, artists and albums (library_word), so that a mistyped one is found all
/// the same.
namespace longwave::library {

/// Words of a text as people type and search them: letters and digits, in lower case, Latin ones without
/// accents.
std::vector<std::string> search_words(std::string_view text);

/// The same words as they are written.
std::vector<std::string> split_words(std::string_view text);

/// Whether a word of the library begins with this one.
bool begins_a_word(store::Session& session, std::string_view folded);

/// What the word was perhaps meant to be: beginnings of the library's words that are one letter more, less,
/// other, or two swapped, away. Nothing for words of less than five letters. At most 24.
std::vector<std::string> near_words(store::Session& session, std::string_view folded);

/// Takes new words in; remembers what it has seen. Used inside write jobs, one call at a time.
class WordLearner {
 public:
  void learn(store::Session& session, std::string_view text);
  /// A job failed: what it wrote isn't there.
  void forget() { seen_.clear(); }

 private:
  std::unordered_set<std::string> seen_;
};

}  // namespace longwave::library
