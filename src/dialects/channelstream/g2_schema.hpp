// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "dialects/channelstream/session.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The bodies of the second generation: what is taken, what is put in the place of what isn't there, and the
/// messages of 422 answers, which clients read by field (docs/protocols/channelstream.md). Pure.
namespace longwave::channelstream::g2 {

/// Field -> its messages, as the answer has them. Empty: everything is right.
using Problems = boost::json::object;

/// Reads an object field by field and notes what is wrong.
class Reader {
 public:
  /// `body` isn't an object: that is the only problem then.
  explicit Reader(const boost::json::value& body);

  bool has(std::string_view name) const;
  /// nullopt: it isn't there, or is wrong (noted).
  std::optional<std::string> text(std::string_view name, std::size_t most, bool required = false,
                                  bool null_is_none = false);
  std::optional<std::string> uuid(std::string_view name, bool required = false);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most,
                                                bool required = false, bool null_is_none = false);
  std::optional<bool> truth(std::string_view name);
  std::optional<std::size_t> count(std::string_view name);
  std::optional<WallTime> time(std::string_view name);
  /// An object of strings, numbers, truth values and nulls.
  std::optional<boost::json::object> state(std::string_view name);
  std::optional<boost::json::object> object(std::string_view name);
  const boost::json::value* nested(std::string_view name);

  void note(std::string_view name, std::string_view message);
  void note_all(std::string_view name, boost::json::object problems);
  /// Names that weren't asked for are problems.
  Problems finish();
  /// Names that weren't asked for are passed on.
  Problems finish(boost::json::object& others);

 private:
  const boost::json::value* get(std::string_view name, bool required, bool null_is_none = false);

  const boost::json::object* fields_ = nullptr;
  std::set<std::string, std::less<>> known_;
  Problems problems_;
};

struct InfoOptions {
  bool include_history = true;
  bool include_users = true;
  bool return_public_state = false;
  std::vector<std::string> channels = {};
  std::vector<std::string> exclude_channels = {};
};

/// Settings that a request names; the others keep what they are (or their defaults, for a new channel).
struct ChannelChange {
  std::optional<bool> notify_presence, broadcast_presence_with_user_lists, notify_state, store_history,
      store_frames;
  std::optional<std::size_t> history_size;
  ChannelSettings over(ChannelSettings settings) const;
};
using ChannelChanges = std::vector<std::pair<std::string, ChannelChange>>;

struct Connect {
  std::string username, conn_id;  ///< conn_id empty: a new one
  std::vector<std::string> channels, state_public_keys;
  boost::json::object fresh_user_state, user_state;
  ChannelChanges channel_configs;
  InfoOptions info;
};
struct Subscribe {
  std::string conn_id;
  std::vector<std::string> channels;
  ChannelChanges channel_configs;
  InfoOptions info;
};
struct StateOf {
  std::string user;
  boost::json::object user_state;
  std::optional<std::vector<std::string>> state_public_keys;
};
/// Of POST, PATCH and DELETE /message.
struct Message {
  std::string uuid, user, channel;
  std::vector<std::string> pm_users, exclude_users;
  bool no_history = false;
  bool has_message = false;
  boost::json::object message;
  std::optional<WallTime> timestamp, edited;
  boost::json::object others;
};
enum class Verb { post, patch, remove };

Problems read(const boost::json::value& body, Connect& into);
/// `conn_id`: from the query, in the place of the body's.
Problems read(const boost::json::value& body, std::optional<std::string_view> conn_id, Subscribe& into);
Problems read(const boost::json::value& body, StateOf& into);
Problems read(const boost::json::value& body, ChannelChanges& into);
Problems read(const boost::json::value& body, InfoOptions& into);
Problems read(const boost::json::value& body, Verb verb, std::vector<Message>& into);

/// Lower case with hyphens; nullopt: it is none.
std::optional<std::string> normal_uuid(std::string_view text);

}  // namespace longwave::channelstream::g2
