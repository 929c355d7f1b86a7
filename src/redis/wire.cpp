// SPDX-License-Identifier: Apache-2.0
#include "redis/wire.hpp"

#include <hiredis/hiredis.h>

#include <new>

namespace longwave::redis {
namespace {

redisReader* native(const std::unique_ptr<void, std::function<void(void*)>>& held) {
  return static_cast<redisReader*>(held.get());
}

Reply converted(const redisReply& from) {
  Reply to;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      to.kind = Reply::Kind::integer;
      to.integer = from.integer;
      break;
    case REDIS_REPLY_STRING:
      to.kind = Reply::Kind::text;
      break;
    case REDIS_REPLY_STATUS:
      to.kind = Reply::Kind::status;
      break;
    case REDIS_REPLY_ERROR:
      to.kind = Reply::Kind::error;
      break;
    case REDIS_REPLY_ARRAY:
      to.kind = Reply::Kind::array;
      to.items.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) to.items.push_back(converted(*from.element[i]));
      break;
    default:
      break;
  }
  if (from.str) to.text.assign(from.str, from.len);
  return to;
}

// Room is made for all items of an array when its size is read: not for more than any of our answers has.
constexpr std::size_t most_items = 1 << 20;

redisReader* limited_reader() {
  redisReader* reader = redisReaderCreate();
  if (!reader) throw std::bad_alloc();
  static const auto create_array = reader->fn->createArray;
  static redisReplyObjectFunctions limited = [reader] {
    redisReplyObjectFunctions functions = *reader->fn;
    functions.createArray = [](const redisReadTask* task, auto items) -> void* {
      return static_cast<std::size_t>(items) > most_items ? nullptr : create_array(task, items);
    };
    return functions;
  }();
  reader->fn = &limited;
  return reader;
}

}  // namespace

const Reply& Reply::operator[](std::size_t index) const {
  static const Reply nothing;
  return index < items.size() ? items[index] : nothing;
}

std::string encode(const Command& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  words.reserve(command.size());
  sizes.reserve(command.size());
  for (const auto& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  const int size =
      redisFormatCommandArgv(&formatted, static_cast<int>(command.size()), words.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, void (*)(char*)> held(formatted, redisFreeCommand);
  return {formatted, static_cast<std::size_t>(size)};
}

ReplyReader::ReplyReader()
    : reader_(limited_reader(), [](void* reader) { redisReaderFree(static_cast<redisReader*>(reader)); }) {}

void ReplyReader::feed(std::string_view bytes) {
  unread_ += bytes.size();
  (void)redisReaderFeed(native(reader_), bytes.data(), bytes.size());  // next() says what went wrong
}

Result<std::optional<Reply>> ReplyReader::next() {
  redisReader* reader = native(reader_);
  void* got = nullptr;
  if (redisReaderGetReply(reader, &got) != REDIS_OK) return error(Errc::broken, reader->errstr);
  if (!got) return std::optional<Reply>{};
  unread_ = reader->len - reader->pos;
  const std::unique_ptr<void, void (*)(void*)> held(got, freeReplyObject);
  return std::optional<Reply>(converted(*static_cast<const redisReply*>(got)));
}

}  // namespace longwave::redis
