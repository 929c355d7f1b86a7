// SPDX-License-Identifier: Apache-2.0
#include "api/server.hpp"
#include "app/ground.hpp"
#include "app/people.hpp"
#include "app/stations.hpp"

namespace longwave::app {

void People::add_metrics(api::Metrics& metrics, std::function<web::ServerCounts()> server) {
  messages_.add_metrics(metrics);
  const auto station = [this](auto member) {
    return [this, member] { return static_cast<double>(stations_.broadcaster().metrics().*member); };
  };
  using M = station::StationMetrics;
  metrics.gauge("longwave_listeners_mp3", "Listeners of the MP3 mounts.", station(&M::listeners_mp3));
  metrics.gauge("longwave_listeners_opus", "Listeners of the Opus mounts.", station(&M::listeners_opus));
  metrics.gauge("longwave_mounts_live", "Mounts that somebody hears.", station(&M::mounts_live));
  metrics.counter("longwave_listeners_started_total", "Listeners that came.", station(&M::listeners_started));
  metrics.counter("longwave_listeners_dropped_total",
                  "Listeners cut because they were more than 20 s behind.", station(&M::listeners_dropped));
  metrics.counter("longwave_listeners_refused_total", "Listeners over the limit.",
                  station(&M::listeners_refused));
  metrics.counter("longwave_stream_bytes_total", "Bytes of sound handed to connections.",
                  station(&M::bytes_sent));
  metrics.counter("longwave_joints_total", "Joints made between tracks.", station(&M::joints_made));
  metrics.counter("longwave_joints_failed_total", "Joints replaced by a hard cut.",
                  station(&M::joints_failed));
  metrics.counter("longwave_joints_late_total", "Joints that weren't there in time.",
                  station(&M::joints_late));
  metrics.counter("longwave_items_started_total", "Items that began.", station(&M::items_started));
  metrics.counter("longwave_items_late_total", "Items that began later than ordered.",
                  station(&M::items_late));
  metrics.counter("longwave_fallbacks_total", "Times a mount sent its fallback.", station(&M::fallbacks));
  metrics.counter("longwave_watchdog_actions_total", "Times the watchdog acted.",
                  station(&M::watchdog_actions));
  metrics.gauge("longwave_workers_stuck", "Workers that wait for a disk that doesn't answer.",
                [this] { return static_cast<double>(ground_.media().stuck() + ground_.blocking().stuck()); });
  const auto hooks = [this](auto member) {
    return [this, member] { return hooks_ ? static_cast<double>(hooks_->counts().*member) : 0.0; };
  };
  using H = api::HookCounts;
  metrics.gauge("longwave_hook_events_waiting", "Events that wait for the web hook.", hooks(&H::waiting));
  metrics.counter("longwave_hook_events_sent_total", "Events that the web hook took.", hooks(&H::sent));
  metrics.counter("longwave_hook_events_dropped_total",
                  "Events dropped for want of room or after too many attempts.", hooks(&H::dropped));
  metrics.counter("longwave_hook_failures_total", "Requests that the web hook didn't take.",
                  hooks(&H::failures));
  metrics.gauge("longwave_connections", "Open connections.",
                [server] { return static_cast<double>(server().connections); });
  metrics.gauge("longwave_websockets", "Open WebSockets.",
                [server] { return static_cast<double>(server().web_sockets); });
  metrics.counter("longwave_http_requests_total", "HTTP requests.",
                  [server] { return static_cast<double>(server().requests); });
  metrics.counter("longwave_store_commits_total", "Transactions written.",
                  [this] { return static_cast<double>(ground_.store().counts().commits); });
  metrics.counter("longwave_store_failures_total", "Changes that could not be written.",
                  [this] { return static_cast<double>(ground_.store().counts().failed); });
  metrics.gauge("longwave_cache_bytes", "Encoded tracks on disk.",
                [this] { return static_cast<double>(ground_.cache().stats().bytes); });
  metrics.counter("longwave_cache_store_failures_total", "Encoded tracks that could not be kept on disk.",
                  [this] { return static_cast<double>(ground_.cache().stats().store_failures); });
}

}  // namespace longwave::app
