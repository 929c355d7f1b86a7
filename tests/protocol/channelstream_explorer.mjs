// SPDX-License-Identifier: Apache-2.0
// Chromium signs in as the administrator and sends a message from the API explorer: node … URL PASSWORD.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../ui/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const [url, password] = process.argv.slice(2);

const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
page.setDefaultTimeout(60_000);
const complaints = [];
const foreign = [];
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("request", (request) => request.url().startsWith(url) || foreign.push(request.url()));

await page.goto(`${url}/api-explorer`);
const asked = new URL(page.url()).pathname;
await page.getByLabel("User").fill("admin");
await page.getByLabel("Password").fill(password);
await page.getByRole("button", { name: "Sign in" }).click();
await page.waitForURL(`${url}/admin`);
const heading = await page.locator("h1").textContent();
await page.goto(`${url}/api-explorer`);
const box = page.locator("details", { hasText: "POST /message" }).first();
await box.locator("summary").click();
await box.locator("textarea").fill('[{"user":"explorer","channel":"x","message":{"text":"from the page"}}]');
await box.getByRole("button", { name: "Send" }).click();
await page.waitForFunction(() => [...document.querySelectorAll("pre")].some((pre) => pre.textContent.includes("from the page")), null, { timeout: 60_000 });
const answer = await box.locator("pre").textContent();
const operations = await page.locator("details").count();
console.log(JSON.stringify({ asked, heading, answer, operations, complaints, foreign }));
await browser.close();
