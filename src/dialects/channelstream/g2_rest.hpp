// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g2_schema.hpp"
#include "dialects/channelstream/rest.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace longwave::channelstream::g2 {

/// The REST endpoints of the second generation over the core, on the hub's thread.
class Service {
 public:
  explicit Service(Core& core) : core_(core) {}
  void add_to(Rest& rest);

  using InfoDone = UniqueFunction<void(boost::json::object)>;
  /// `channels_info` of these channels, of which unknown ones are left out.
  void info(std::vector<std::string> channels, const InfoOptions& options, InfoDone done);
  std::vector<std::string> all_channels(const InfoOptions& options) const;

 private:
  struct Gathered;
  void connect(Call&& call);
  void subscribe(Call&& call);
  void unsubscribe(Call&& call);
  void user_state(Call&& call);
  void post(Call&& call);
  void change(Call&& call, Verb verb);
  void channel_config(Call&& call);
  void info(Call&& call);
  void disconnect(Call&& call);

  Problems refused(const std::vector<std::string>& channels, const ChannelChanges& configs) const;
  void prepare(const std::vector<std::string>& channels, const ChannelChanges& configs);
  void add_channel(Gathered& gathered, const Channel& channel, const InfoOptions& options);

  Core& core_;
};

}  // namespace longwave::channelstream::g2
