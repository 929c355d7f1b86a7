// SPDX-License-Identifier: Apache-2.0
#include "api/server.hpp"

#include "api/album.hpp"
#include "api/auth.hpp"
#include "api/channel.hpp"
#include "api/context.hpp"
#include "api/library.hpp"
#include "api/library_edit.hpp"
#include "api/listener.hpp"
#include "api/package.hpp"
#include "api/platform.hpp"
#include "api/playback.hpp"
#include "api/playlist.hpp"
#include "api/programme.hpp"
#include "api/queue.hpp"
#include "api/rights.hpp"
#include "api/session.hpp"
#include "api/station.hpp"
#include "api/tag.hpp"
#include "api/track.hpp"
#include "api/upload.hpp"
#include "api/user.hpp"
#include "base/clock.hpp"

#include <boost/json.hpp>

namespace longwave::api {

void add_all_methods(rpc::Table& table, Context& context) {
  using namespace rpc;
  table.describe("Longwave", LONGWAVE_VERSION,
                 "A folder of music as a live station that everyone connected sees and steers.");
  table.add({.name = "server.info",
             .summary = "Name, version and how long the server has been up.",
             .result = object({string("name"), string("version"), integer("uptime_ms").in("ms"),
                               integer("time_ms").in("ms").about("wall clock of the server")}),
             .handler = [&context](const Call&, const Responder& answer) {
               answer.finish(boost::json::object{{"name", "longwave"},
                                                 {"version", LONGWAVE_VERSION},
                                                 {"uptime_ms", to_ms(context.clock->now() - context.started)},
                                                 {"time_ms", unix_ms(context.clock->wall())}});
             }});
  add_auth_methods(table, context);
  add_session_methods(table, context);
  add_channel_methods(table, context);
  add_message_methods(table, context);
  add_user_methods(table, context);
  add_library_methods(table, context);
  add_tag_methods(table, context);
  add_track_methods(table, context);
  add_album_methods(table, context);
  add_library_events(table);
  add_playlist_methods(table, context);
  add_collection_methods(table, context);
  add_station_methods(table, context);
  add_listeners_method(table, context);
  add_station_keeping_methods(table, context);
  add_queue_methods(table, context);
  add_playback_methods(table, context);
  add_programme_methods(table, context);
  add_programme_song_methods(table, context);
  add_schedule_methods(table, context);
  add_listener_methods(table, context);
  add_upload_methods(table, context);
  add_package_methods(table, context);
  add_platform_methods(table, context);
  add_fleet_methods(table, context);
  table.check();
}

}  // namespace longwave::api
