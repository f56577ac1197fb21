// A tool made of Anthropic's library for node: one streamed turn in Messages, and another with what its function said.
import Anthropic from "@anthropic-ai/sdk";

const [url, model, prompt] = process.argv.slice(2);
const client = new Anthropic({ baseURL: url, apiKey: process.env.AMPEL_KEY });
const input_schema = { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } };
const tools = [{ name: "add", description: "Adds.", input_schema }];
const messages = [{ role: "user", content: prompt }];
for (;;) {
  const stream = client.messages.stream({ model, max_tokens: 4096, messages, tools });
  stream.on("text", (text) => process.stdout.write(text));
  const message = await stream.finalMessage();
  process.stdout.write("\n");
  const calls = message.content.filter((block) => block.type === "tool_use");
  if (!calls.length) break;
  messages.push({ role: "assistant", content: message.content });
  const content = calls.map((call) => {
    console.log("called", call.name);
    const sum = Object.values(call.input).reduce((a, b) => a + b, 0);
    return { type: "tool_result", tool_use_id: call.id, content: String(sum) };
  });
  messages.push({ role: "user", content });
}
