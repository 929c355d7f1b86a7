// SPDX-License-Identifier: Apache-2.0
#include "redis/scripts.hpp"

#include "base/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <utility>

namespace longwave::redis {
namespace {

std::string sha1_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return text::hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace

Script::Script(std::string_view text) : text_(text), sha1_(sha1_of(text)) {}

void ScriptRunner::run(const Script& script, const std::vector<std::string>& keys,
                       const std::vector<std::string>& values, Link::Done done) {
  Command command;
  command.reserve(3 + keys.size() + values.size());
  command.assign({"EVALSHA", script.sha1(), std::to_string(keys.size())});
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), values.begin(), values.end());
  Call call{&script, std::move(command), std::move(done)};
  if (holding_)
    held_.push_back(std::move(call));
  else
    by_sha1(std::move(call));
}

void ScriptRunner::by_sha1(Call call) {
  ++under_way_;
  const Command command = call.command;
  link_.call(command, [this, call = std::move(call)](Result<Reply> reply) mutable {
    answered(std::move(call), std::move(reply));
  });
}

void ScriptRunner::answered(Call call, Result<Reply> reply) {
  --under_way_;
  if (reply && reply->error_word() == "NOSCRIPT") {
    // What was called since it was sent stands behind it already, if anything does.
    auto place = held_.begin();
    while (place != held_.end() && place->command[0] == "EVAL") ++place;
    call.command[0] = "EVAL";
    call.command[1] = call.script->text();
    held_.insert(place, std::move(call));
    holding_ = true;
  } else {
    call.done(std::move(reply));
  }
  if (holding_ && under_way_ == 0) with_texts();
}

void ScriptRunner::with_texts() {
  auto calls = std::exchange(held_, {});
  holding_ = false;
  for (auto& call : calls) {
    call.command[0] = "EVAL";
    call.command[1] = call.script->text();
    link_.call(call.command, std::move(call.done));
  }
}

}  // namespace longwave::redis
