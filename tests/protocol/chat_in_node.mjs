// SPDX-License-Identifier: Apache-2.0
// The chat with the original's client over npm `ws`: node chat_in_node.mjs ws://HOST:PORT. Prints what was seen as JSON.
import WebSocket from "ws";

import { chat_session } from "./original_client.mjs";

console.log(JSON.stringify(await chat_session(process.argv[2], WebSocket)));
